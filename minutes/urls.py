"""Addresses of minutes for staff, and of the public site."""

from django.urls import path

from minutes import views
from minutes.public import notes, pages

staff = [
    path("moten/<int:pk>/anteckningar/", views.minutes, name="minutes"),
    path("moten/<int:pk>/anteckningar/borja/", views.minutes_start, name="minutes_start"),
    path("moten/<int:pk>/anteckningar/forhandsgranska/", views.minutes_preview, name="minutes_preview"),
    path("moten/<int:pk>/anteckningar/utkast.pdf", views.minutes_pdf, name="minutes_pdf"),
    path("moten/<int:pk>/anteckningar/dela/", views.minutes_circulate, name="minutes_circulate"),
    path("moten/<int:pk>/anteckningar/oppna/", views.minutes_reopen, name="minutes_reopen"),
    path("moten/<int:pk>/anteckningar/faststall/", views.minutes_approve, name="minutes_approve"),
    path("moten/<int:pk>/anteckningar/skicka/", views.minutes_distribute, name="minutes_distribute"),
    path("moten/<int:pk>/anteckningar/publicera/", views.minutes_publish, name="minutes_publish"),
    path("moten/<int:pk>/anteckningar/ratta/", views.minutes_correct, name="minutes_correct"),
    path("moten/<int:pk>/anteckningar/avsnitt/", views.section_add, name="section_add"),
    path("avsnitt/<int:pk>/ta-bort/", views.section_remove, name="section_remove"),
    path("avsnitt/<int:pk>/", views.section_change, name="section_change"),
    path("avsnitt/<int:pk>/versioner/", views.section_history, name="section_history"),
]
public = [
    path("", pages.start, name="start"),
    path("tillganglighet/", pages.accessibility, name="accessibility"),
    path("personuppgifter/", pages.personal_data, name="personal_data"),
    path("moten/<int:year>/", pages.year, name="year"),
    path("moten/<int:year>/<slug:slug>/", pages.meeting, name="meeting"),
    path("moten/<int:year>/<slug:slug>/anteckningar/", notes.notes, name="notes"),
    path(
        "moten/<int:year>/<slug:slug>/anteckningar/utgava-<int:number>.pdf", notes.notes_pdf, name="notes_pdf"
    ),
    path(
        "moten/<int:year>/<slug:slug>/anteckningar/utgava-<int:number>.json",
        notes.notes_json,
        name="notes_json",
    ),
]
