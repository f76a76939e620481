"""Where personal links lead: one list that addresses, log masking and the web server follow.

A new kind of page for guests is added here first.
"""

REPLIES = "svar/"
GUEST_PATHS = (REPLIES,)  # pages that need no account
ACCOUNT_PATHS = ("konto/inbjudan/", "konto/losenord/nytt/")  # pages that open an account
SECRET_PATHS = (*GUEST_PATHS, *ACCOUNT_PATHS)  # what follows them came in a letter and must reach no log
