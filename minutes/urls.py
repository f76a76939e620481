"""Addresses of the staff's pages about the notes, and of the public site."""

from django.urls import path

from minutes import overview
from minutes.accessibility_reports import views as accessibility_reports
from minutes.approval import views as approval
from minutes.distribution import views as distribution
from minutes.protected_people import views as protected_people
from minutes.public_texts import views as texts
from minutes.publishing import notes, pages, text_pages
from minutes.publishing import views as publishing
from minutes.redirects import views as redirects
from minutes.writing import views as writing

staff = [
    path("moten/<int:pk>/anteckningar/", overview.minutes_page, name="minutes"),
    path("moten/<int:pk>/anteckningar/borja/", writing.minutes_start, name="minutes_start"),
    path("moten/<int:pk>/anteckningar/forhandsgranska/", approval.minutes_preview, name="minutes_preview"),
    path("moten/<int:pk>/anteckningar/utkast.pdf", approval.minutes_pdf, name="minutes_pdf"),
    path("moten/<int:pk>/anteckningar/dela/", writing.minutes_circulate, name="minutes_circulate"),
    path("moten/<int:pk>/anteckningar/oppna/", writing.minutes_reopen, name="minutes_reopen"),
    path("moten/<int:pk>/anteckningar/faststall/", approval.minutes_approve, name="minutes_approve"),
    path("moten/<int:pk>/anteckningar/skicka/", distribution.minutes_distribute, name="minutes_distribute"),
    path("moten/<int:pk>/anteckningar/publicera/", publishing.minutes_publish, name="minutes_publish"),
    path("moten/<int:pk>/anteckningar/ratta/", writing.minutes_correct, name="minutes_correct"),
    path("moten/<int:pk>/anteckningar/avsnitt/", writing.section_add, name="section_add"),
    path("avsnitt/<int:pk>/ta-bort/", writing.section_remove, name="section_remove"),
    path("avsnitt/<int:pk>/", writing.section_change, name="section_change"),
    path("skyddade-namn/<int:pk>/", protected_people.protected_name, name="protected_name"),
    path("avsnitt/<int:pk>/versioner/", writing.section_history, name="section_history"),
    path("texter/", texts.public_texts, name="public_texts"),
    path("texter/<slug:word>/", texts.public_text, name="public_text"),
    path("texter/<slug:word>/andra/", texts.public_text_change, name="public_text_change"),
    path("texter/<slug:word>/publicera/", texts.public_text_publish, name="public_text_publish"),
    path("texter/<slug:word>/version/<int:number>/", texts.public_text_preview, name="public_text_preview"),
    path(
        "texter/<slug:word>/version/<int:number>/aterta/",
        texts.public_text_restore,
        name="public_text_restore",
    ),
    path(
        "tillganglighet/synpunkter/",
        accessibility_reports.accessibility_reports,
        name="accessibility_reports",
    ),
    path(
        "tillganglighet/synpunkter/<int:pk>/",
        accessibility_reports.accessibility_report,
        name="accessibility_report",
    ),
    path("gamla-adresser/", redirects.redirects, name="redirects"),
    path("gamla-adresser/ny/", redirects.redirect_add, name="redirect_add"),
    path("gamla-adresser/<int:pk>/", redirects.redirect_change, name="redirect_change"),
    path("gamla-adresser/<int:pk>/ta-bort/", redirects.redirect_remove, name="redirect_remove"),
]
public = [
    path("", pages.front_page, name="start"),
    path("tillganglighet/", text_pages.accessibility_page, name="accessibility"),
    path("tillganglighet/rapportera/", accessibility_reports.report, name="report"),
    path("personuppgifter/", text_pages.personal_data_page, name="personal_data"),
    path("moten/", pages.years_page, name="years"),
    path("moten/<int:year>/", pages.year_page, name="year"),
    path("moten/<int:year>/<slug:slug>/", pages.meeting_page, name="meeting"),
    path("moten/<int:year>/<slug:slug>/anteckningar/", notes.notes_page, name="notes"),
    path(
        "moten/<int:year>/<slug:slug>/anteckningar/utgava-<int:number>.pdf",
        notes.edition_pdf,
        name="notes_pdf",
    ),
    path(
        "moten/<int:year>/<slug:slug>/anteckningar/utgava-<int:number>.json",
        notes.edition_json,
        name="notes_json",
    ),
]
