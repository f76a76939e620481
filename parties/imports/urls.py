"""Addresses of the staff pages of imports."""

from django.urls import path

from parties.imports import views

staff = [
    path("register/import/", views.import_list, name="import_list"),
    path("register/import/<int:pk>/", views.import_detail, name="import_detail"),
    path("register/import/<int:pk>/kolumner/", views.import_columns, name="import_columns"),
    path("register/import/<int:pk>/importera/", views.import_apply, name="import_apply"),
    path("register/import/<int:pk>/angra/", views.import_undo, name="import_undo"),
    path("register/import/<int:pk>/kasta/", views.import_discard, name="import_discard"),
]
