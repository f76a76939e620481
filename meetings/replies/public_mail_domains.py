"""Mail domains where anybody can get an address, so that sharing one says nothing about where people work."""

from __future__ import annotations

PUBLIC_MAIL_DOMAINS = {
    # Used all over the world
    "aol.com", "duck.com", "fastmail.com", "fastmail.fm", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de",
    "gmx.net", "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.dk",
    "hotmail.fi", "hotmail.fr", "hotmail.no", "hotmail.se", "hushmail.com", "icloud.com", "live.co.uk", "live.com",
    "live.dk", "live.fi", "live.no", "live.se", "mac.com", "mail.com", "mail.ru", "mailbox.org", "me.com",
    "msn.com", "outlook.com", "outlook.de", "outlook.dk", "outlook.se", "pm.me", "posteo.de", "posteo.net",
    "proton.me", "protonmail.ch", "protonmail.com", "rocketmail.com", "runbox.com", "skiff.com", "tuta.com",
    "tuta.io", "tutamail.com", "tutanota.com", "tutanota.de", "web.de", "yahoo.co.uk", "yahoo.com", "yahoo.de",
    "yahoo.dk", "yahoo.fr", "yahoo.no", "yahoo.se", "yandex.com", "yandex.ru", "ymail.com", "zoho.com",
    "zohomail.eu",
    # Given with a subscription in Sweden and its neighbours
    "bahnhof.se", "bredband.net", "bredband2.com", "bredbandsbolaget.se", "brevet.se", "chello.se", "comhem.se",
    "glocalnet.net", "home.se", "mail.telia.com", "mailbox.swipnet.se", "online.no", "ownit.se", "passagen.se",
    "spray.se", "swipnet.se", "tele2.se", "telia.com", "telia.se", "tyfonmail.se", "utfors.se",
}  # fmt: skip
