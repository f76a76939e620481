"""Who may see and act, written out a second time by what the roles are for, not by how the table is built.

L läsare, H handläggare, G godkännare, A administratör; alla is everybody without signing in.
"""

from dialog_portal.access.models import Role

LETTERS = {Role.READER: "L", Role.OFFICER: "H", Role.APPROVER: "G", Role.ADMINISTRATOR: "A"}

# (who sees, who acts): the names
OPINION = {
    ("LHGA", ""): """
        staff:start staff:style staff:party_list staff:party_detail staff:category_list staff:person_detail
        staff:round_list staff:round_detail staff:meeting_detail staff:agenda staff:invitations staff:letters_progress
        mfa_index mfa_view_recovery_codes mfa_download_recovery_codes
    """,
    ("LHGA", "LHGA"): """
        account_reauthenticate account_change_password mfa_reauthenticate mfa_activate_totp mfa_deactivate_totp
        mfa_generate_recovery_codes staff:morning_letter
    """,
    ("LHG", ""): """
        staff:minutes staff:minutes_preview staff:minutes_pdf staff:section_history
        staff:public_texts staff:public_text staff:public_text_preview staff:redirects
        staff:accessibility_reports
    """,
    ("LHG", "HG"): "staff:attendance staff:accessibility_report",
    ("HG", ""): "staff:letters_preview staff:letters_preview_body staff:needs staff:import_detail "
    "staff:invitation_lists staff:invitation_list_file staff:category_addresses",
    ("HG", "HG"): """
        staff:import_list staff:import_columns
        staff:party_add staff:party_change staff:party_rename staff:party_end staff:category_add staff:category_change
        staff:membership_add staff:membership_change staff:mandate_add staff:mandate_change staff:mandate_end
        staff:person_change staff:round_add staff:round_copy staff:round_change staff:group_add staff:group_change
        staff:meeting_add staff:meeting_copy staff:meeting_change staff:meeting_cancel staff:item_add staff:item_change
        staff:item_delete staff:invitation_add staff:invitation_change staff:guest_add staff:reply_note
        staff:link_change staff:address_change staff:meeting_delete staff:round_delete
        staff:agenda_consultation_add
        staff:attendee_add staff:section_change staff:minutes_distribute staff:minutes_correct
        staff:protected_name
        staff:meeting_wording staff:meeting_wording_example
        staff:public_text_change staff:redirect_add staff:redirect_change
    """,
    ("", "HG"): """
        staff:import_apply staff:import_undo staff:import_discard
        staff:party_reopen staff:group_remove staff:meeting_hold staff:agenda_step staff:item_restore staff:item_move
        staff:invitation_remove staff:invitees_refresh staff:invitee_withdraw staff:letters_send staff:minutes_start
        staff:substitute_decide staff:agenda_consultation_remove staff:mail_read staff:calendar_reply_count
        staff:minutes_circulate staff:minutes_reopen staff:section_add staff:section_remove
        staff:meeting_wording_choose staff:planned_switch staff:public_text_restore staff:redirect_remove
    """,
    ("", "G"): "staff:minutes_approve staff:public_text_publish",
    ("G", "G"): "staff:minutes_publish",
    # administrators meet only the letters about accounts there, the others all letters but those
    ("HGA", ""): "staff:outbox staff:letter staff:letter_body staff:letter_open staff:wording_list",
    (
        "HGA",
        "HGA",
    ): """
        staff:wording staff:wording_example staff:letter_correct staff:letter_told staff:letter_bounced
        staff:outbox_hold
    """,
    ("", "HGA"): "staff:letter_retry staff:letter_stop staff:wording_choose",
    ("A", ""): "staff:account_list staff:account_invitation_open",
    ("A", "A"): "staff:account_invite staff:account_change",
    ("", "A"): "staff:account_invitation_revoke",
    ("alla", "alla"): """
        health accept_account guest:reply guest:answer guest:substitute guest:colleague guest:calendar guest:send_again
        guest:coordinator guest:coordinate
        public:start public:years public:year public:meeting public:notes public:notes_pdf public:notes_json
        public:accessibility public:report public:personal_data account_login account_logout account_reset_password
        account_reset_password_done account_reset_password_from_key account_reset_password_from_key_done
        account_inactive mfa_authenticate
    """,
}


def opinion(name: str) -> tuple[str, str] | None:
    """Who sees and who acts; nothing when nobody has said."""
    if name.startswith("admin:"):
        return "A", "A"
    return next((who for who, names in OPINION.items() if name in names.split()), None)
