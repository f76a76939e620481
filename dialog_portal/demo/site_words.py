"""What the demo's public site says of the dialogues of 2019, of those of the current year, and of the parties."""

YEAR_2019 = {
    "lead": (
        "Under 2019 inleder Region Stockholm återkommande dialoger med länets kulturliv. Här står varför vi gör "
        "det, vilka vi möter och vad samtalen ska leda till."
    ),
    "picture": "Människor sitter tillsammans runt ett bord. På bordet ligger papper.",
    "body": """\
## Därför för vi dialog
Regionens kulturpolitik utgår från Kulturstrategi för Stockholmsregionen. Den antogs i juni 2018 och är en del av den \
regionala utvecklingsplanen, RUFS 2050. Strategin lyfter fram

> ”en struktur för formaliserad dialog och samverkan mellan aktörer inom kulturområdet”

och säger att den är

> ”den kanske viktigaste förutsättningen för kulturstrategins genomförande”.

Kulturförvaltningen ordnar därför under 2019 formaliserade dialoger med företrädare för det regionala kulturlivet.

## Vad vi vill uppnå
Det övergripande syftet är att samordna utvecklingen av länets konst- och kulturliv strategiskt. Den regionala \
kulturstrategin är vår gemensamma vägvisare.

I dialogerna ska vi
- få syn på tendenser, utmaningar och möjligheter i det regionala konst- och kulturlivet, och på kulturpolitikens \
förutsättningar
- dela perspektiv och kunskap mellan det regionala kulturlivets parter
- samråda om processer och aktiviteter som parterna planerar, var för sig eller tillsammans, på kort och lång sikt, \
och se dem i förhållande till strategin
- göra det möjligt att strategiskt och på ett relevant sätt utveckla regionens roll, stöd och främjande, så att det \
regionala kulturlivet kan utvecklas.

## En gång om året
Tanken är att dialogerna hålls en gång om året, på vintern eller våren. Då kan resultatet tas upp på en större \
regional konferens, som planeras till hösten, och påverka hur parterna planerar sin verksamhet och budget.

I maj 2019 bjöd Region Stockholm in kommunernas förvaltningschefer och kultur- och fritidschefer till ett dialogmöte.

## Så kommer dagordningen till
Kulturförvaltningen arbetar fram dagordningen i dialog med de parter som berörs. För kommunerna stämmer vi av den med \
företrädare för FSKF, Föreningen för Storstockholms kultur- och fritidschefer.

Vår ambition är att det ska finnas utrymme att beskriva och diskutera kulturpolitiska möjligheter och utmaningar i \
kommunerna och i Stockholmsregionen, och även allmänna tendenser i det regionala konst- och kulturlivet.

## Dokumentation och utvärdering
Kulturförvaltningen för anteckningar vid mötet. Efteråt skickar vi dem med e-post till deltagarna och publicerar dem \
här på webbplatsen.""",
}
CURRENT_YEAR = {
    "lead": "Kommunerna träffas i fyra grupper. Andra parter möter vi var för sig.",
    "picture": "",
    "body": """\
## Så möts vi
Kommunerna är indelade i fyra grupper, och varje grupp träffas hos en av sina kommuner. Med andra parter har vi \
egna möten.

## Vad vi vill uppnå
Vi vill veta hur det går för kulturen i länet, dela kunskap och samråda om det som planeras. Kulturstrategin är vår \
gemensamma vägvisare.

## Dokumentation
Kulturförvaltningen för anteckningar vid varje möte. Efteråt skickar vi dem till deltagarna och publicerar dem här.""",
}
ABOUT_CATEGORIES = {
    "kommuner": "Regionens 26 kommuner, företrädda av sina förvaltningschefer.",
    "centrumbildningar": (
        "Regionala centrumbildningar för konst och kultur. De ger stöd åt yrkesverksamma inom sina konstområden och "
        "förmedlar deras arbete."
    ),
    "klys": (
        "De fria kulturskaparna, organiserade i KLYS, Konstnärliga och Litterära Yrkesutövares Samarbetsnämnd. "
        "KLYS medlemmar är yrkesorganisationer för upphovspersoner och utövande konstnärer."
    ),
    "ideell-kulturallians": (
        "Föreningen Ideell kulturallians, som organiserar regionala organisationer i den ideella sektorn."
    ),
    "folkbildningen": (
        "Stockholms läns bildningsförbund, som organiserar regionens studieförbund och folkhögskolor."
    ),
    "studieforbunden": "De tio studieförbunden i länet. Med dem har vi en egen dialog varje år.",
}
