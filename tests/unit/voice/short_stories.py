"""Stories of 10 to 30 words: honest ones with names and terms in them, and ones in other languages."""

from __future__ import annotations

DUTCH = (
    "De brug ligt er weer. Zes weken werk, twee kranen, geen enkele nacht afgesloten.",
    "Maandag viel de pomp uit. Anna reed erheen en verving de filter binnen een uur.",
    "Nieuwe warmtepomp Hengelo geplaatst. Twaalf woningen aangesloten, drie monteurs, zes dagen werk.",
    "Storing transformator Borne opgelost. Oorzaak: losse klem. Vier uur werk, nul klachten.",
    "Ons team draait op Kubernetes en Terraform. Elke deploy gaat via een pull request.",
    "La Place en café Le Perron openden samen een nieuwe keuken in Utrecht.",
    "Karim van der Berg en Lotte von Trapp bouwden samen de nieuwe proefopstelling.",
    "Release 4.2.1 staat live. Bugfixes: login, dashboard, export. Rollback getest, monitoring groen.",
    "Les één: vraag het de monteur. Les twee: meet het zelf nog een keer na.",
    "De klant belde om tien uur. Om elf uur draaide de ZX-400 weer zonder storing.",
    "Wij sloten veertig huizen aan op het warmtenet. Niemand zat een dag zonder verwarming.",
    "Het boek Der Prozess ligt nu ook in onze bibliotheek, naast La Peste en El Quijote.",
    "Vroeger telden we met de hand. Nu doet een scanner het, en wij kijken na.",
    "Pieter leerde lassen van Fatma. Na drie weken laste hij zijn eerste leiding alleen.",
    "Onze bakker in Den Haag bakt sinds juni met elektrische ovens. Scheelt veertig procent gas.",
    "In de dans tussen planning en praktijk won de praktijk. We planden daarna opnieuw.",
    "Zaterdag open dag. Tweehonderd bezoekers, elf rondleidingen, één verdwaalde hond, veel vragen.",
    "Een stagiair vond de fout in de code. Niemand anders had de test gedraaid.",
    "Ketel vervangen, leidingen gespoeld, druk getest. Woningen Almelo warm. Volgende week: Enschede, Borne.",
    "Ik ben trots op mijn collega’s: zij hielpen ’s nachts drie gezinnen aan stroom.",
    "Feedback van de users ging in de backlog. Sprint drie leverde de fix op.",
    "’t Was koud, ’n dikke laag ijs, maar de sluis ging op tijd open.",
    "Hij zei: “Wir schaffen das.” En het lukte: om elf uur reed de trein weer.",
    "Ons motto “la vie est belle” hangt in de kantine, maar de lift deed het niet.",
    "In Wien repareerde Karim de lift van hotel Am Stephansplatz binnen twee uur.",
    "Project Nie Wieder ging live. Team Köln, Team Hasselt, Team Luik: dank!",
    "De monteurs van Les Trois Rois leerden van ons het lassen van dun staal.",
    "Bij El Paso en La Cantina bakken ze nu elektrisch, zegt Ana de la Cruz.",
    "Kantoor Den Haag verhuist. Nieuwe plek: Prinses Beatrixlaan, naast station Laan van NOI.",
    "Leerling Sem zaagt, boort, schroeft, schuurt. Vrijdag examen. Maandag vaste baan.",
    "SAP S/4HANA live. ERP, CRM, BI gekoppeld. Downtime: nul. Dank aan team Delta.",
)
REGIONAL = (
    "Us monteur ried der daliks hinne. Hy hat de fout yn in âlde kast fûn.",
    "De brêge is wer iepen. Wy hawwe seis wiken wurke en it is slagge.",
    "Se hat it net sjoen, mar de pomp die it de hiele nacht net.",
    # Low Saxon, as it is spoken in Groningen and Drenthe.
    "Wi hebt dat schafft: de brügg is wedder open, seggt Hinnerk ut Groningen.",
    "'t Is un mooie dag veur de ploeg: de sluus dut 't weer, zee Jan.",
    "Hey is vanmörgen nie kommen, mar de pompe löp weer, zeg de boer.",
)
ENGLISH = (
    "The bridge is open again. Six weeks of work, two cranes, no night closed.",
    "On Monday the pump failed. Anna drove there and replaced the filter within an hour.",
    "New heat pump Hengelo installed. Twelve homes connected, three engineers, six days.",
    "Transformer fault Borne solved. Cause: loose clamp. Four hours of work, zero complaints.",
    "Team Utrecht shipped new billing release Friday. Zero incidents, three bugs fixed.",
    "La Place and café Le Perron opened a new kitchen together in Utrecht.",
    "Karim van der Berg and Ursula von der Leyen visited our new test bench.",
    "Release 4.2.1 live. Fixes: login, dashboard, export. Rollback tested, monitoring green.",
    "Our shop in Den Haag sells bread from De Bakkerij and cheese from Het Kaashuis.",
    "The customer called at ten. At eleven the ZX-400 ran again without a fault.",
    "We connected forty homes to the heat grid. Nobody spent a day without heating.",
    "Der Prozess is now in our library, next to La Peste and El Quijote.",
    "We used to count by hand. Now a scanner does it, and we check.",
    "Pieter learned to weld from Fatma. After three weeks he welded a pipe alone.",
    "The die was cast in June. By August the war on waste paper was won.",
    "Doors San Marino, Los Angeles, Las Vegas and El Paso now run our software.",
    "Open day Saturday. Two hundred visitors, eleven tours, one lost dog, many questions.",
    "An intern found the bug. Nobody else had run the test since May.",
    "Boiler replaced, pipes flushed, pressure tested. Homes Almelo warm. Next week: Enschede.",
    "I am proud of my colleagues: they gave three families power at night.",
    "Feedback went into the backlog. Sprint three delivered the fix, a la carte.",
    "Par for the course: our tour bus made it, sans heater, over the pass.",
)
FOREIGN = (
    # German
    "Am Montag fiel der Strom aus. Er fand den Fehler in einem Kasten, und alle waren froh.",
    "Die Pumpe läuft wieder. Wir haben sie in zwei Tagen repariert.",
    "Nach sechs Wochen ist die Brücke wieder offen. Niemand wurde verletzt.",
    "Unsere Bäckerei in Köln backt seit Juni mit Strom. Das spart viel Gas.",
    "Ich bin stolz auf mein Team. Wir hatten nur vier Tage, aber es hat geklappt.",
    "Fatma programmierte drei Nächte durch. Danach funktionierte die Steuerung fehlerfrei.",
    # French
    "Le pont est de nouveau ouvert. Nous avons travaillé six semaines sans fermer une nuit.",
    "Lundi, la pompe est tombée en panne. Anna l’a réparée en une heure.",
    "L’équipe d’Anne a trouvé la panne dans une vieille armoire. Le plan n’était pas bon.",
    "Notre boulangerie cuit depuis juin avec des fours électriques et le gaz n’est plus utilisé.",
    "Je suis fier de mes collègues: ils ont aidé trois familles pendant la nuit.",
    "Fatma a programmé trois nuits. Ensuite la commande fonctionnait parfaitement.",
    # Spanish
    "El puente está abierto de nuevo. Trabajamos seis semanas sin cerrar una noche.",
    "El lunes falló la bomba. Ana llegó en una hora y cambió el filtro.",
    "Nuestro técnico encontró la avería en un armario viejo y el plano no coincidía.",
    "La panadería hornea desde junio con hornos eléctricos y ya no usa gas.",
    "Estoy orgulloso de mi equipo: ayudaron a tres familias por la noche.",
    "En octubre arrancó la depuradora. Cuatro colegas trabajaron ocho meses en ella.",
    # Afrikaans
    "Die brug is weer oop. Ons het ses weke gewerk en nie een nag gesluit nie.",
    "Maandag het die pomp gebreek. Anna het die filter vir die bure binne ’n uur vervang.",
    "Hulle het nie geweet waar die fout was nie, maar ons het dit gevind.",
    "Ek is baie trots op my span, want hulle het vir drie gesinne gehelp.",
    "Ons bakkery in Kaapstad bak nou met krag. Dit spaar baie gas vir almal.",
)
ARABIC = (
    "انقطعت الكهرباء صباح يوم الاثنين في الشارع كله. وجد الفني العطل بعد ساعتين في خزانة قديمة."
)
