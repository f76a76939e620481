"""URLs of the staff pages about agendas and their items."""

from django.urls import URLPattern, path

from meetings.agenda import views

staff: list[URLPattern] = [
    path("moten/<int:pk>/dagordning/", views.agenda, name="agenda"),
    path("moten/<int:pk>/dagordning/lage/", views.agenda_step, name="agenda_step"),
    path("moten/<int:pk>/dagordning/ny-punkt/", views.item_add, name="item_add"),
    path("moten/<int:pk>/dagordning/angra/", views.item_restore, name="item_restore"),
    path("moten/<int:pk>/dagordning/avstamning/", views.consultation_add, name="agenda_consultation_add"),
    path("avstamningar/<int:pk>/ta-bort/", views.consultation_remove, name="agenda_consultation_remove"),
    path("punkter/<int:pk>/andra/", views.item_change, name="item_change"),
    path("punkter/<int:pk>/ta-bort/", views.item_delete, name="item_delete"),
    path("punkter/<int:pk>/flytta/", views.item_move, name="item_move"),
]
