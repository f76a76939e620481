"""URLs of the staff pages of the register."""

from django.urls import path

from parties.imports import urls as imports
from parties.views import addresses, categories, mandates, parties, people, register

staff = [
    *imports.staff,
    path("register/", register.party_list, name="party_list"),
    path("register/parter/ny/", parties.party_add, name="party_add"),
    path("register/parter/<int:pk>/", register.party_detail, name="party_detail"),
    path("register/parter/<int:pk>/andra/", parties.party_change, name="party_change"),
    path("register/parter/<int:pk>/namn/", parties.party_rename, name="party_rename"),
    path("register/parter/<int:pk>/avsluta/", parties.party_end, name="party_end"),
    path("register/parter/<int:pk>/ateruppta/", parties.party_reopen, name="party_reopen"),
    path("register/parter/<int:pk>/tillhorighet/", parties.membership_add, name="membership_add"),
    path("register/parter/<int:pk>/uppdrag/", mandates.mandate_add, name="mandate_add"),
    path("register/tillhorigheter/<int:pk>/", parties.membership_change, name="membership_change"),
    path("register/uppdrag/<int:pk>/", mandates.mandate_change, name="mandate_change"),
    path("register/uppdrag/<int:pk>/avsluta/", mandates.mandate_end, name="mandate_end"),
    path("register/personer/<int:pk>/", people.person_detail, name="person_detail"),
    path("register/personer/<int:pk>/andra/", people.person_change, name="person_change"),
    path("register/kategorier/", categories.category_list, name="category_list"),
    path("register/kategorier/ny/", categories.category_add, name="category_add"),
    path(
        "register/kategorier/<int:pk>/adresser/<str:file>",
        addresses.category_addresses,
        name="category_addresses",
    ),
    path("register/kategorier/<int:pk>/", categories.category_change, name="category_change"),
]
