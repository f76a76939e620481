"""Path prefixes of the portal's parts, and of the pages whose addresses contain a secret from a letter.

URLs, access control, log masking and the web server's configuration follow this list. A new kind of page for guests is
added here first.
"""

STAFF_PATH = "arbete/"
SIGN_IN_PATH = "konto/"
ADMIN_PATH = "admin/"  # Django's own administration
REPLY_PATH = "svar/"
GUEST_PATHS = (REPLY_PATH,)  # pages that need no account
# Pages where the secret in the address gives control of an account
ACCOUNT_PATHS = (f"{SIGN_IN_PATH}inbjudan/", f"{SIGN_IN_PATH}losenord/nytt/")
SECRET_PATHS = (*GUEST_PATHS, *ACCOUNT_PATHS)  # what follows these came in a letter and must not be logged
