"""The permission table: which roles may see and act on each address. Middleware, templates, docs and tests read it.

An address without a row responds with 404 to everybody, so a forgotten row opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from dialog_portal.access.models import Role

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

NOBODY: frozenset[str] = frozenset()
EVERYONE = frozenset(Role.values)
ADMIN = frozenset({Role.ADMINISTRATOR})
APPROVE = frozenset({Role.APPROVER})
WORK = frozenset({Role.OFFICER, Role.APPROVER})
OUTBOX = WORK | ADMIN  # administrators see only letters about accounts there, and the others only the rest
SEE_DRAFTS = frozenset({Role.READER, Role.OFFICER, Role.APPROVER})


@dataclass(frozen=True)
class Rule:
    """Which roles may see an address (GET) and which may act on it (POST).

    `what` completes a Swedish sentence ("För att … behöver du vara"). `open` means without signing in, and
    `second_factor` that the person must have used a second factor in this session.
    """

    what: str
    see: frozenset[str] = NOBODY
    act: frozenset[str] = NOBODY
    open: bool = False
    second_factor: bool = False

    def roles(self, method: str) -> frozenset[str]:
        """Return the roles that may use an HTTP method: `see` for GET, HEAD and OPTIONS, otherwise `act`."""
        return self.see if method in SAFE_METHODS else self.act

    def allows(self, role: str, method: str) -> bool:
        return role in self.roles(method)


class NotPermitted(PermissionDenied):
    """The role of a signed-in person is not enough; the message says in Swedish which roles are."""

    def __init__(self, rule: Rule, role: str, method: str) -> None:
        super().__init__(refusal_sentence(rule, role, method))


def refusal_sentence(rule: Rule, role: str, method: str) -> str:
    """Return one Swedish sentence that says which roles are allowed and which role the person has."""
    names = [str(one.label) for one in Role if one in rule.roles(method)]
    if not names:
        return "Sidan går bara att läsa. Den tar inte emot något."
    return f"För att {rule.what} behöver du vara {' eller '.join(names)}. Du är {Role(role).label}."


def sees(what: str, roles: frozenset[str] = EVERYONE) -> Rule:
    """Return the rule of a page that is only read (GET)."""
    return Rule(what, see=roles)


def acts(what: str, roles: frozenset[str] = WORK) -> Rule:
    """Return the rule of a button (POST only)."""
    return Rule(what, act=roles)


def edits(what: str, roles: frozenset[str] = WORK) -> Rule:
    """Return the rule of a form that the same roles see and send (GET and POST)."""
    return Rule(what, see=roles, act=roles)


def open_to_all(what: str) -> Rule:
    """Return the rule of an address without sign-in: public pages, guests' pages and the sign-in pages."""
    return Rule(what, see=EVERYONE, act=EVERYONE, open=True)


PERMISSIONS: dict[str, Rule] = {
    # the start page and pages about the portal itself
    "staff:start": sees("se startsidan"),
    "staff:morning_letter": edits("välja hur ofta ditt morgonbrev kommer", EVERYONE),
    "staff:style": sees("se stilguiden"),
    "health": open_to_all("fråga om portalen mår bra"),
    # the register
    "staff:party_list": sees("se registret"),
    "staff:party_detail": sees("se en part"),
    "staff:party_add": edits("lägga till en part"),
    "staff:party_change": edits("ändra en part"),
    "staff:party_rename": edits("ge en part nytt namn"),
    "staff:party_end": edits("avsluta en part"),
    "staff:party_reopen": acts("återuppta en part"),
    "staff:import_list": edits("importera kontakter och parter"),
    "staff:import_detail": sees("se en import", WORK),
    "staff:import_columns": edits("välja en imports kolumner"),
    "staff:import_apply": acts("genomföra en import"),
    "staff:import_undo": acts("ångra en import"),
    "staff:import_discard": acts("kasta en uppladdad fil"),
    "staff:category_list": sees("se kategorier"),
    "staff:category_add": edits("lägga till en kategori"),
    "staff:category_change": edits("ändra en kategori"),
    "staff:category_addresses": sees("hämta en kategoris adresser", WORK),
    "staff:membership_add": edits("föra en part till en kategori"),
    "staff:membership_change": edits("ändra eller avsluta en tillhörighet"),
    "staff:mandate_add": edits("lägga till ett uppdrag"),
    "staff:mandate_change": edits("ändra ett uppdrag"),
    "staff:mandate_end": edits("avsluta ett uppdrag"),
    "staff:person_detail": sees("se en person"),
    "staff:person_change": edits("ändra en person"),
    # rounds and meetings
    "staff:round_list": sees("se dialogomgångar"),
    "staff:round_detail": sees("se en dialogomgång"),
    "staff:round_add": edits("lägga upp en dialogomgång"),
    "staff:round_copy": edits("kopiera en dialogomgång"),
    "staff:round_change": edits("ändra en dialogomgång"),
    "staff:round_delete": edits("ta bort en planerad dialogomgång"),
    "staff:group_add": edits("lägga upp en grupp"),
    "staff:group_change": edits("ändra en grupp"),
    "staff:group_remove": acts("ta bort en grupp utan möten"),
    "staff:meeting_detail": sees("se ett dialogmöte"),
    "staff:meeting_add": edits("lägga upp ett dialogmöte"),
    "staff:meeting_copy": edits("kopiera ett dialogmöte"),
    "staff:meeting_change": edits("ändra ett dialogmöte"),
    "staff:meeting_cancel": edits("ställa in ett dialogmöte"),
    "staff:meeting_delete": edits("ta bort ett planerat dialogmöte"),
    "staff:meeting_hold": acts("markera ett dialogmöte som genomfört"),
    # the agenda
    "staff:agenda": sees("se dagordningen"),
    "staff:agenda_step": acts("skicka dagordningen på avstämning, fastlägga eller öppna den"),
    "staff:agenda_consultation_add": edits("notera en avstämning"),
    "staff:agenda_consultation_remove": acts("ta bort en noterad avstämning"),
    "staff:item_add": edits("lägga till en punkt"),
    "staff:item_change": edits("ändra en punkt"),
    "staff:item_delete": edits("ta bort en punkt"),
    "staff:item_restore": acts("ångra att en punkt togs bort"),
    "staff:item_move": acts("flytta en punkt"),
    # inviting and answering
    "staff:invitations": sees("se inbjudna och svar"),
    "staff:invitation_add": edits("bjuda in parter"),
    "staff:invitation_change": edits("ändra antalet platser"),
    "staff:invitation_remove": acts("ta bort en part från mötet"),
    "staff:invitees_refresh": acts("hämta nya mottagare från registret"),
    "staff:guest_add": edits("bjuda in en fristående gäst"),
    "staff:invitee_withdraw": acts("ta bort en inbjuden"),
    "staff:link_change": edits("byta en inbjudens länk"),
    "staff:address_change": edits("rätta en inbjudens adress"),
    "staff:reply_note": edits("notera ett svar"),
    "staff:mail_read": acts("notera att ett brev är läst"),
    "staff:calendar_reply_count": acts("räkna ett kalendersvar från en annan adress"),
    "staff:substitute_decide": acts("godkänna eller avslå en ersättare utifrån"),
    "staff:needs": sees("se mat och tillgänglighet i totaler", WORK),
    "staff:invitation_lists": sees("hämta ett mötes listor", WORK),
    "staff:invitation_list_file": sees("hämta ett mötes listor", WORK),
    "staff:letters_preview": sees("förhandsgranska ett utskick", WORK),
    "staff:letters_preview_body": sees("se ett brev i förhandsgranskningen", WORK),
    "staff:letters_send": acts("skicka ett utskick"),
    "staff:planned_switch": acts("stoppa eller återuppta en automatisk påminnelse"),
    "staff:letters_progress": sees("följa ett utskick"),
    # the words of the letters
    "staff:wording_list": sees("se vad breven säger", OUTBOX),
    "staff:wording": edits("ändra orden i omgångens brev", OUTBOX),
    "staff:wording_example": edits("se ett exempel på ett brev", OUTBOX),
    "staff:wording_choose": acts("återställa orden i omgångens brev", OUTBOX),
    "staff:meeting_wording": edits("ändra orden i ett utskick"),
    "staff:meeting_wording_example": edits("se ett exempel på ett utskick"),
    "staff:meeting_wording_choose": acts("återställa orden i ett utskick"),
    # attendance and minutes
    "staff:attendance": Rule("se och föra närvaro", see=SEE_DRAFTS, act=WORK),
    "staff:attendee_add": edits("lägga till en deltagare"),
    "staff:minutes": sees("se minnesanteckningar under arbete", SEE_DRAFTS),
    "staff:minutes_start": acts("påbörja minnesanteckningar"),
    "staff:minutes_preview": sees("förhandsgranska minnesanteckningar", SEE_DRAFTS),
    "staff:minutes_pdf": sees("förhandsgranska minnesanteckningar som pdf", SEE_DRAFTS),
    "staff:section_add": acts("lägga till ett avsnitt"),
    "staff:section_remove": acts("ta bort ett tomt avsnitt"),
    "staff:section_change": edits("skriva i ett avsnitt"),
    "staff:section_history": sees("se ett avsnitts tidigare versioner", SEE_DRAFTS),
    "staff:minutes_circulate": acts("dela ett utkast"),
    "staff:minutes_reopen": acts("öppna anteckningarna för ändring"),
    # nobody approves what they wrote themselves: that depends on the notes, so the action and the database enforce it
    "staff:minutes_approve": acts("fastställa vad någon annan skrev", APPROVE),
    "staff:minutes_distribute": edits("skicka ut fastställda anteckningar"),
    "staff:minutes_publish": edits("publicera fastställda anteckningar", APPROVE),
    "staff:minutes_correct": edits("påbörja en rättelse"),
    "staff:protected_name": edits("skriva vad som gjordes åt ett skyddat namn"),
    # the public site's texts and old addresses; nobody publishes what they wrote themselves: the action sees to it
    "staff:public_texts": sees("se webbplatsens texter", SEE_DRAFTS),
    "staff:public_text": sees("se en av webbplatsens texter", SEE_DRAFTS),
    "staff:public_text_change": edits("skriva webbplatsens texter"),
    "staff:public_text_preview": sees("förhandsgranska webbplatsens texter", SEE_DRAFTS),
    "staff:public_text_publish": acts("publicera webbplatsens texter", APPROVE),
    "staff:public_text_restore": acts("ta tillbaka en tidigare version"),
    "staff:redirects": sees("se gamla adresser", SEE_DRAFTS),
    "staff:redirect_add": edits("lägga till en gammal adress"),
    "staff:redirect_change": edits("ändra en gammal adress"),
    "staff:redirect_remove": acts("ta bort en gammal adress"),
    "staff:accessibility_reports": sees("se synpunkter på tillgänglighet", SEE_DRAFTS),
    "staff:accessibility_report": Rule("svara på en synpunkt", see=SEE_DRAFTS, act=WORK),
    # the outbox
    "staff:outbox": sees("se utkorgen", OUTBOX),
    "staff:letter": sees("läsa ett brev", OUTBOX),
    "staff:letter_body": sees("läsa ett brevs innehåll", OUTBOX),
    "staff:letter_open": sees("öppna ett brevs länk där brev inte lämnar portalen", OUTBOX),
    "staff:letter_retry": acts("försöka skicka ett brev nu", OUTBOX),
    "staff:letter_correct": edits("rätta ett brevs adress", OUTBOX),
    "staff:letter_stop": acts("stoppa ett brev", OUTBOX),
    "staff:letter_told": edits("notera att någon meddelats på annat sätt", OUTBOX),
    "staff:letter_bounced": edits("markera ett brev som studsat", OUTBOX),
    "staff:outbox_hold": edits("hålla eller släppa brev", OUTBOX),
    # accounts
    "staff:account_list": sees("se konton", ADMIN),
    "staff:account_invite": edits("bjuda in personal", ADMIN),
    "staff:account_invitation_open": sees("öppna en inbjudans länk där brev inte lämnar portalen", ADMIN),
    "staff:account_change": edits("ändra roll eller stänga ett konto", ADMIN),
    "staff:account_invitation_revoke": acts("återta en inbjudan till konto", ADMIN),
    "accept_account": open_to_all("ta emot en inbjudan till konto"),
    # guests
    "guest:reply": open_to_all("se sin inbjudan"),
    "guest:answer": open_to_all("svara på sin inbjudan"),
    "guest:substitute": open_to_all("ange en ersättare"),
    "guest:colleague": open_to_all("ta med en kollega"),
    "guest:coordinator": open_to_all("se dem som man samordnar svaren för"),
    "guest:coordinate": open_to_all("svara för dem som man samordnar"),
    "guest:calendar": open_to_all("hämta mötet till kalendern"),
    "guest:send_again": open_to_all("få sin länk igen"),
    # the public
    "public:start": open_to_all("läsa startsidan"),
    "public:years": open_to_all("läsa om alla år"),
    "public:year": open_to_all("läsa om ett år"),
    "public:meeting": open_to_all("läsa om ett möte"),
    "public:notes": open_to_all("läsa minnesanteckningar"),
    "public:notes_pdf": open_to_all("hämta minnesanteckningar som pdf"),
    "public:notes_json": open_to_all("hämta minnesanteckningar som data"),
    "public:accessibility": open_to_all("läsa om tillgänglighet"),
    "public:report": open_to_all("rapportera om tillgänglighet"),
    "public:personal_data": open_to_all("läsa om personuppgifter"),
    # signing in and one's own account
    "account_login": open_to_all("logga in"),
    "account_logout": open_to_all("logga ut"),
    "account_reset_password": open_to_all("be om nytt lösenord"),
    "account_reset_password_done": open_to_all("besked om nytt lösenord"),
    "account_reset_password_from_key": open_to_all("välja nytt lösenord"),
    "account_reset_password_from_key_done": open_to_all("besked om valt lösenord"),
    "account_inactive": open_to_all("besked om stängt konto"),
    "account_reauthenticate": edits("bekräfta att det är en själv", EVERYONE),
    "account_change_password": edits("byta sitt lösenord", EVERYONE),
    "mfa_authenticate": open_to_all("ange sin andra faktor"),
    "mfa_reauthenticate": edits("bekräfta med sin andra faktor", EVERYONE),
    "mfa_index": sees("se sin andra faktor"),
    "mfa_activate_totp": edits("slå på sin andra faktor", EVERYONE),
    "mfa_deactivate_totp": edits("slå av sin andra faktor", EVERYONE),
    "mfa_generate_recovery_codes": edits("skapa återställningskoder", EVERYONE),
    "mfa_view_recovery_codes": sees("se sina återställningskoder"),
    "mfa_download_recovery_codes": sees("spara sina återställningskoder"),
}
DJANGO_ADMIN = Rule("använda Djangos egen administration", see=ADMIN, act=ADMIN, second_factor=True)


def rule_for(view_name: str) -> Rule | None:
    """Return the rule of a view name such as "staff:party_list", or None when it has no row."""
    return DJANGO_ADMIN if view_name.startswith("admin:") else PERMISSIONS.get(view_name)
