"""What the public site says until staff have published words of their own. `{kontakt}` becomes the contact address."""

from __future__ import annotations

from typing import Any

from minutes.models import TextKind

START = {
    "heading": "Samtal om kulturen i länet",
    "lead": (
        "Varje år möter Region Stockholms kulturförvaltning dem som formar länets kulturliv. Vi lyssnar, berättar "
        "vad som är på gång och antecknar vad som sägs. Här läser du vad som planeras och vad samtalen handlade om."
    ),
    "body": """\
## Så går det till
Inför varje möte tar vi fram dagordningen tillsammans med dem som ska mötas. Efteråt skickar vi anteckningarna till \
deltagarna och publicerar dem här. Det som kommer fram sammanfattar vi för hela året.""",
}
ACCESSIBILITY = {
    "actor": "Region Stockholm, kulturförvaltningen",
    "service": "Dialogportalen, med webbplatsen om dialogmöten, sidorna bakom länkarna i våra brev och PDF-filerna",
    "standard": "EN 301 549 version 3.2.1 (WCAG 2.1, nivå A och AA)",
    "compliance": "partly",
    "assessed_on": "2026-11-22",
    "method": "self",
    "method_text": """\
På varje sida har vi kört automatiska kontroller för WCAG 2.2 nivå AA, gått igenom allt med tangentbord och läst i \
320 bildpunkters bredd. PDF-filerna är maskinellt kontrollerade mot PDF/UA-1 \
och PDF/A-3a.""",
    "defect_1_what": (
        "Vi vet inte säkert hur sidorna och PDF-filerna fungerar i skärmläsarna NVDA, JAWS, VoiceOver och TalkBack."
    ),
    "defect_1_why": "Sidorna är ännu inte prövade av människor som använder skärmläsare.",
    "defect_1_found_on": "2026-11-22",
    "defect_1_fixed_by_on": "2027-06-30",
    "defect_2_what": "Vi vet inte säkert hur sidorna fungerar med röststyrning och skärmförstoring.",
    "defect_2_why": "Sidorna är ännu inte prövade av människor som använder de hjälpmedlen.",
    "defect_2_found_on": "2026-11-22",
    "defect_2_fixed_by_on": "2027-06-30",
    "burden": "Vi har inte undantagit något innehåll med stöd av 12 § i lagen.",
    "outside": "Vi känner inte till något innehåll på webbplatsen som enligt 9 § inte omfattas av lagen.",
    "other_format": (
        "Du kan få innehållet i en annan form, till exempel uppläst, i stor stil, i punktskrift eller som lättläst "
        "sammanfattning. Det kostar ingenting. Be om det i formuläret eller skriv till {kontakt}."
    ),
    "responsible": "Kulturförvaltningens enhet för strategisk samordning",
    "answer_days": 14,
    "supervisor": "Myndigheten för digital förvaltning (Digg)",
    "supervisor_url": "https://www.digg.se/tdosanmalan",
}
PERSONAL_DATA = {
    "assessed_on": "2026-11-28",
    "lead": (
        "Här läser du vilka uppgifter om dig vi använder när vi ordnar dialogmöten, varför vi får göra det och vad "
        "du kan begära av oss."
    ),
    "controller": """\
Kulturnämnden i Region Stockholm är personuppgiftsansvarig. Kulturförvaltningen sköter det dagliga arbetet. \
Skriv till {kontakt} om du har frågor eller vill begära något.""",
    "officer": """\
Region Stockholm har ett dataskyddsombud som kontrollerar att vi följer reglerna. Skriv till {kontakt} och märk \
brevet ”Till dataskyddsombudet”, så lämnar vi det vidare.""",
    "purposes": """\
Vi använder uppgifterna för att
- bjuda in till dialogmöten och ta emot svar
- planera mötena och dagordningen
- anteckna vad som sägs, skicka ut anteckningarna och publicera dem
- följa upp och sammanfatta årets dialoger
- svara på synpunkter om tillgänglighet.""",
    "ground": """\
Den rättsliga grunden är att uppgiften är av allmänt intresse (artikel 6.1 e i dataskyddsförordningen). Regionen \
ansvarar för den regionala kulturpolitiken, och kulturstrategin säger att den ska föras i dialog. Att bevara \
allmänna handlingar är en rättslig förpliktelse (artikel 6.1 c).""",
    "what": """\
- Namn, uppdrag, organisation, e-postadress och telefonnummer till dig som företräder en part.
- Dina svar på inbjudningar, om du skickar en ersättare och om du deltog.
- Vad du föreslår, skriver eller säger på ett möte, om det står i anteckningarna.
- Tekniska uppgifter som behövs för att breven ska komma fram och för att skydda tjänsten, till exempel IP-adress.""",
    "sources": """\
De flesta uppgifter kommer från dig eller från den organisation som du företräder. Vi hämtar också namn, uppdrag och \
adress från kommuners och organisationers webbplatser. Den som själv är inbjuden kan uppge dig som ersättare \
eller kollega.""",
    "sensitive": """\
Vad du berättar om mat och om vad du behöver för att kunna delta kan säga något om din hälsa eller din tro. Du \
väljer själv om du berättar det. Vi använder det bara med ditt uttryckliga samtycke (artikel 9.2 a), och du kan \
ta tillbaka det när du vill. Bara de som planerar mötet ser uppgifterna, och den som ordnar maten får bara antal. \
Uppgifterna raderas 14 dagar efter mötet.

Vilken organisation du företräder kan också avslöja något, till exempel om fackligt medlemskap, politisk åsikt eller \
tro. Därför publicerar vi organisationens namn men inte ditt, om du inte själv vill att namnet ska stå med.""",
    "published": """\
Företrädare för kommuner och för regionen namnges i anteckningarna, eftersom de deltar i tjänsten. För föreningar \
och förbund står bara organisationens namn. Den som har skyddade personuppgifter namnges aldrig.""",
    "recipients": """\
Uppgifterna används av medarbetare på kulturförvaltningen. Leverantörer som sköter drift och e-post åt oss är \
personuppgiftsbiträden: de får bara göra det vi har bestämt i avtal. Anteckningar som är utskickade är allmänna \
handlingar, och då kan vem som helst begära att få läsa dem. Vi för inte över uppgifter till länder utanför EU och \
EES.""",
    "times": """\
- Anteckningar, deltagarlistor och inbjudningar: bevaras som allmänna handlingar och lämnas till arkivet.
- Kontaktuppgifter: gallras enligt regionens plan när du inte längre företräder en part.
- Uppgifter om mat och behov: raderas 14 dagar efter mötet.
- Texten i brev: raderas när e-postservern har tagit emot brevet. Att brevet skickades står kvar i två år.
- Loggar: gallras enligt regionens plan för bevarande och gallring.""",
    "rights": """\
Du har rätt att
- få veta vilka uppgifter vi har om dig och få en kopia
- få fel uppgifter rättade
- i vissa fall få uppgifter raderade eller få användningen begränsad
- invända mot att vi använder dem.

Allmänna handlingar får vi inte radera, men vi kan ta bort namn från webbplatsen. Du måste inte lämna några uppgifter \
till oss. Utan en e-postadress kan vi däremot inte skicka dig en inbjudan. Inga beslut om dig fattas automatiskt.

Är du missnöjd med hur vi hanterar dina uppgifter kan du \
[klaga hos Integritetsskyddsmyndigheten (IMY)](https://www.imy.se/privatperson/utfora-arenden/lamna-ett-klagomal/).""",
    "cookies": """\
De öppna sidorna och sidorna bakom länkarna i våra brev sparar inga kakor. De använder inga skript från andra och \
mäter inte vad du gör.

När du öppnar inloggningen för medarbetare sparas kakor som behövs för att den ska fungera:
- en som skyddar formulär mot att någon annan skickar dem i ditt namn, i högst ett år
- en som håller reda på att du är inloggad, i högst tio timmar
- en som vet vem som skrev senast, så att du får tillbaka det du skrev om inloggningen tar slut, tills \
du stänger webbläsaren
- ibland en som bär ett meddelande till nästa sida, tills det har visats.""",
}
STANDARD: dict[str, dict[str, Any]] = {
    TextKind.START: START,
    TextKind.YEAR: {"lead": "", "body": "", "picture": ""},
    TextKind.ACCESSIBILITY: ACCESSIBILITY,
    TextKind.PERSONAL_DATA: PERSONAL_DATA,
}
