"""Demo texts, all invented: the agendas, notes and greeting of the demo's meetings."""

CENTRES_AGENDA = (
    ("Välkomna och presentation", 20, "Kulturförvaltningen", False),
    ("Läget hos centrumbildningarna, en runda", 60, "Alla", False),
    ("Arbetsmarknad och förmedling", 40, "Centrumbildningarnas nätverk", False),
    ("Regionens stöd de närmaste åren", 40, "Kulturförvaltningen", False),
    ("Intern avstämning", 5, "Kulturförvaltningen", True),
    ("Sammanfattning och nästa steg", 15, "Kulturförvaltningen", False),
)
MUNICIPAL_AGENDA = (
    ("Välkomna, värden berättar", 20, "Värdkommunen", False),
    ("Läget i kommunerna", 60, "Alla", False),
    ("Kulturskolan: gemensamma kurser", 30, "Kulturförvaltningen", False),
    ("Samtal om kulturstrategins insatsområden", 50, "Alla, i grupper", False),
    ("Sammanfattning och nästa steg", 20, "Kulturförvaltningen", False),
)
# A meeting with municipalities that no municipality hosts: the first of them, held at the region's own office
UNHOSTED_AGENDA = (
    ("Välkomna: varför vi för dialog", 20, "Kulturförvaltningen", False),
    *MUNICIPAL_AGENDA[1:],
)
CENTRES_NOTES = """
<p>Kulturförvaltningen hälsade välkommen och berättade varför samtalet förs med alla nio samtidigt: frågorna är
gemensamma även när konstarterna skiljer sig åt.</p>

<p>Bilden var snarlik från alla håll. Fler söker stöd och råd, medan uppdragen blir kortare.</p>
<ul><li>Dansen och teatern har svårt att hitta repetitionslokaler till rimlig hyra.</li>
<li>Fotografer och illustratörer ser att avtalen om digital visning släpar efter.</li>
<li>Musiken märker att turnéerna ut i länet har blivit färre och dyrare.</li></ul>

<p>Förmedlingarna vill kunna arbeta över konstartsgränserna. Ett förslag var en gemensam ingång för kommuner
som söker konstnärlig kompetens.</p>
<p>Flera tog upp att små uppdrag kräver lika mycket administration som stora.</p>

<p>Regionen redogjorde för hur stöden ses över. Parterna bad om</p>
<ol><li>fleråriga besked</li><li>enklare redovisning</li><li>kriterier som går att läsa utan förkunskaper.</li></ol>

<p>Regionen återkommer med ett utkast till kriterier före nästa möte. Centrumbildningarna samlar exempel på avtal.</p>
<table><thead><tr><th>Vad</th><th>Vem</th><th>När</th></tr></thead>
<tbody><tr><td>Utkast till kriterier</td><td>Regionen</td><td>före nästa möte</td></tr>
<tr><td>Exempel på avtal</td><td>Centrumbildningarna</td><td>inom två månader</td></tr></tbody></table>
""".strip().split("\n\n")
MUNICIPAL_NOTES = """
<p>Värdkommunen visade sitt kulturhus, där bibliotek, kulturskola och föreningar delar på lokaler och bemanning.</p>

<p>Kommunerna växer i olika takt och det märks i kulturen.</p>
<ul><li>Köerna till kulturskolan är långa i de kommuner som växer mest.</li>
<li>Besparingar drabbar utvecklingsarbetet först.</li>
<li>Skärgårdskommunerna betalar mer för färjan än för gaget när en turné kommer.</li></ul>

<p>De flesta vill fortsätta med gemensamma kurser för små instrument. Några avvaktar tills kostnaden är klar.</p>

<p>Grupperna talade mest om lokaler: kulturen kommer in för sent i planeringen och får rummet som blir över.</p>
<p>Frågan om armlängds avstånd togs upp i två av grupperna.</p>

<p>Regionen tar fram ett underlag om resebidrag. Kommunerna utser var sin kontaktperson för den regionala kartan.</p>
""".strip().split("\n\n")
WELCOME = """
<p>Kulturförvaltningen berättade om kulturstrategin och om varför dialogerna inleds. Resultatet tas upp på en regional
konferens i höst.</p>
""".strip()
UNHOSTED_NOTES = [
    WELCOME,
    *MUNICIPAL_NOTES[1:-1],
    "<p>Regionen tar fram ett underlag om resebidrag till konferensen. Kommunerna utser var sin kontaktperson.</p>",
]
GREETING = (
    "Nu är det dags för årets dialog. Vi vill höra hur ni har det och berätta vad som är på gång hos oss."
)
# Replacements, in this order, that make the texts about the centres fit any other parties
GENERAL_WORDS = (
    ("Centrumbildningarnas nätverk", "Alla"),
    ("alla nio", "alla"),
    ("centrumbildningarna", "parterna"),
    ("Centrumbildningarna", "Parterna"),
)
