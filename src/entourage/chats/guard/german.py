"""What the guard looks for in German: phrases of `phrases`, for each reason. A pure rule."""

from collections.abc import Mapping

from entourage.chats.guard.reasons import Reason

DANGERS: Mapping[Reason, str] = {
    "self_harm": """
        (~selbstmord*|~suizid*|selbsttötung)
        (mich|mir) (selbst |einfach |heute |jetzt |bald |noch )*(umbringen|umzubringen|töten|erhängen|aufhängen|erschießen|ritzen|vergiften|verletzen|etwas antun|was antun|das leben nehmen|die pulsadern*|die kugel geben)
        mich ... (ritzen|geritzt|ritze|umbringen|umzubringen|umgebracht|erhängen|aufhängen|erschießen)
        mir ... (das leben nehmen|was antun|etwas antun|die pulsadern|wehtun müssen)
        (bring|bringe) mich (heute |jetzt |noch |einfach )?um
        (ritze|schneide|verletze|ritz) mich
        (will|möchte|mag|kann) (einfach |so |wirklich |echt )*(nicht mehr|nimmer|nicht länger) (leben|weiterleben|da sein|weiter leben|hier sein|existieren|aufwachen)
        nicht mehr (leben|weiterleben|aufwachen) (will|möchte|kann|wollen)
        (will|möchte|wollte|würde am liebsten|sollte|könnte) (einfach |nur |nur noch |am liebsten |lieber |jetzt )*(sterben|tot sein)<end>
        (wäre|wär) (ich )?(am liebsten |lieber |besser )?(tot|nie geboren)
        (ohne mich) (besser|wäre|wären)
        (besser|alle|allen) ... ohne mich (dran|besser)
        (keinen|kein) (grund|sinn) (mehr )?(zu leben|weiterzuleben|zum leben|im leben)
        lebensmüde
        (mach|mache|mach jetzt) (endgültig )?(schluss mit (allem|meinem leben|dem leben)|allem ein ende)
        (leben|allem|mir) (ein ende) (setzen|machen|bereiten)
        (vom|von der|von einer) (dach|brücke|hochhaus) (springen|springe)
        (das ist|mein) (mein )?(letzter|letzte) (abschied|nachricht)
        (alle|meine) (tabletten|pillen|schlaftabletten) (schlucken|geschluckt|nehmen|genommen)
    """,
    "threat": """
        (bring|bringe|mach|mache|stech|steche|schlag|schlage|knall|knalle) (ich )?(dich|dir) (um|fertig|kalt|ab|tot|nieder|kaputt|platt)
        (werde|will|könnte|kann|sollte|würde) dich (finden und|umbringen|töten|fertigmachen|fertig machen|vergewaltigen|schlagen|abstechen|zerstören|ruinieren|verprügeln|kaltmachen|erwischen|kriegen|aufspüren|bloßstellen)
        ich (finde|find|kriege|krieg|erwische) dich( schon| noch| überall| irgendwann)?<end>
        (ich )?weiß (genau |schon |längst )?(wo du (wohnst|arbeitest|lebst|bist|parkst)|wie du (wirklich|richtig) heißt|wer du bist)
        (finde|find|krieg|kriege|bekomme) (schon |noch )?(raus|heraus) wo du (wohnst|lebst|arbeitest)
        (wirst du|du wirst) (es |das |dafür |noch |bitter |schon |mir )*(bereuen|büßen|bezahlen)
        (wirst|du wirst) (es|das|dafür) (noch |bitter |schon )*(bereuen|büßen|bezahlen)
        (pass|passe) (bloß |mal |lieber |ja )?auf dich auf sonst
        (veröffentliche|poste|leake|verbreite|teile|verschicke|leak) ... (deine|alle|deinen) (bilder|fotos|videos|nacktbilder|namen|adresse|inhalte|content|nudes)
        (deine|alle|deine ganzen) (bilder|fotos|videos|nacktbilder|nudes|inhalte) (ins netz|online|leaken|veröffentlichen|posten|verbreiten|rumschicken|überall|hochladen|an deine)
        (deine|deinen|deine ganzen) (bilder|fotos|videos|nacktbilder|nudes|screenshots) ... (familie|chef|eltern|freund|mann|mutter|vater|freunden|arbeitgeber|freundin|instagram|reddit|internet|netz)
        sonst (schicke|poste|zeige|sage|erzähle|veröffentliche|leake|mach|mache|komm|komme|finde|bring) (ich|es|das|was)
        (schicke|zeige|sage|erzähle|schick|zeig|sag|erzähl) (das |es |alles )?(deiner|deinem|deinen) (familie|eltern|chef|freund|mann|mutter|vater|freunden|arbeitgeber)
        (erpresse|erpressen)
        (sonst|oder) (passiert|passiert was|mach ich dich|bist du dran|wirst du sehen)
        (stehe|steh|bin) (schon |gerade )?vor (deinem|deiner) (haus|tür|wohnung|fenster|haustür)
        (du sollst|du solltest|verdienst) ... (sterben|verrecken)
        (verreck|krepier|stirb) (du|endlich|einfach)
        bring dich (doch )?um
    """,
    "medical": """
        (brustschmerzen|herzinfarkt|schlaganfall|schmerzen in der brust|keine luft mehr|blut gespuckt|blut im|krampfanfall|ohnmächtig geworden|allergischer schock|stiche im herz*)
        (huste|spucke|erbreche|kotze) blut
        (wie viele|wieviele|wie viel|wieviel|welche dosis) ... (tabletten|mg|milligramm|ibuprofen|paracetamol|viagra|xanax|pillen|tropfen|melatonin|insulin|tilidin|tramadol)
        (soll|kann|darf|sollte|könnte) ich ... (tabletten|mg|ibuprofen|paracetamol|viagra|medikament*|antidepressiv*|antibiotik*|pille|pillen|insulin|cortison|xanax) (nehmen|absetzen|mischen|kombinieren|schlucken|mit|weglassen)
        (medikament*|antidepressiv*|tabletten|insulin) (abgesetzt|absetzen|weggelassen|nicht mehr genommen)
        (habe|hab) ich (vielleicht |etwa |eine |einen )*(geschlechtskrankheit|krebs|hiv|herpes|depression*|chlamydien|tripper|diabetes|infektion|gehirnerschütterung)
        (könnte|bin) ich (vielleicht |etwa )?schwanger
        (welche|welches|was für) (medikament*|tabletten|salbe|therapie|pillen) ... (ich|hilft|helfen)
        (meine|folgende) symptome
        (ist|sind) ... (ausschlag|knoten|muttermal|symptom*|wunde|schwellung) (normal|gefährlich|schlimm|bösartig)
    """,
    "legal": """
        (mein|meinen|meinem|einen|einem|zum|unser|der) (anwalt|rechtsanwalt|anwältin) (wird|meldet|hat|sagt|schreibt|ein|einschalten|nehmen|gehen|über|kontaktieren|bereits|schon|sprechen|reden|von mir)
        (mein|meinen|meinem|meine|meiner|einen|einem|einer|unser|unseren|unserem) (anwalt*|rechtsanwalt*|anwältin)
        (anwalt|rechtsanwalt|anwältin) (eingeschaltet|einschalten|beauftragt|nehmen|kontaktier*)
        (hörst|hören|höre) ... anwalt
        (verklage|verklagen|anzeigen|zeige dich an|zeig dich an|erstatte anzeige|strafanzeige|anzeige erstatten|anzeige bei|abmahnung|mahnbescheid|einstweilige)
        (vor gericht|zum gericht|gerichtlich|rechtliche schritte|klage einreichen|juristisch*|inkasso)
        (gehe|geh|gehen|melde|melden|rufe|ruf|wende) ... (polizei|verbraucherzentrale|staatsanwalt*)
        (polizei) (rufen|einschalten|verständigen|informieren|melden)
        (dsgvo|datenschutz*|datenauskunft|urheberrecht*|widerrufsrecht|verbraucherschutz)
        (lösch|lösche|löscht|löschen sie|exportiere|schick mir) (bitte |sofort |mir )*(alle )?(meine|all meine|meinen) (persönlichen )?(daten|account|konto)
        (meine|aller|meiner) daten (löschen|gelöscht|löschung)
        (das ist|ist das|ist) (illegal|strafbar|verboten|gesetzeswidrig|steuerhinterziehung)
        (melde|gemeldet|melden) (dich|deinen account|dein profil|diesen account) (bei|wegen|an)
    """,
    "refund": """
        (rückerstattung|erstattung|rückbuchung|zurückbuchen|zurückgebucht|rückbuchen|lastschrift*|geld zurück|geldzurück|zurückerstatt*|zurückzahl*|erstatte mir|erstattet)
        (mein|das|will|möchte|gib|gebt) (mir )?(mein |das )?(geld|guthaben|kohle) (wieder|zurück|bitte zurück|wieder haben|sofort)
        (doppelt|zweimal|zwei mal|mehrfach|unberechtigt|falsch|zu viel|ohne mein) (abgebucht|belastet|bezahlt|gezahlt|berechnet|wissen abgebucht)
        (abo|abonnement|mitgliedschaft|verlängerung) (kündigen|beenden|stornieren|gekündigt|abbestellen|loswerden|widerrufen)
        (kündige|storniere|widerrufe|kündigen|stornieren) (ich )?(mein|das|den|die|meine|meinen) (abo|abonnement|kauf|bestellung|mitgliedschaft|zahlung)
        (wie|wo) (kann ich|kündige ich|kündigt man|kündige) ... (kündigen|abo|abmelden)
        (betrug|betrüger|betrügerin|abzocke|abgezockt|abzocker|betrogen worden|verarscht worden|über den tisch gezogen|~chargeback*|scam)
        (meine|meiner|die|der) (bank|kreditkarte*|paypal) ... (zurück|melden|anrufen|sperren|einschalten)
        (bezahlt|gekauft|freigeschaltet|gezahlt) ... (nie|nicht|nichts|kein|keine) (bekommen|erhalten|angekommen|gekommen|da|funktioniert|geliefert|gekriegt)
        (nichts|nie was|nie etwas) (bekommen|erhalten) ... (bezahlt|gezahlt|gekauft)
        (zahlung|karte|abbuchung|kauf) (ging nicht|fehlgeschlagen|abgelehnt|funktioniert nicht|geht nicht|klappt nicht)
    """,
    "private": """
        (wo|in welcher straße|in welchem stadtteil|in welchem ort|in welchem hotel|in welchem viertel) (wohnst|lebst|arbeitest|studierst|parkst|übernachtest|schläfst) du
        (wo|woher) genau (wohnst|lebst|kommst|arbeitest|bist)
        (in|auf|an) (welcher|welchem|welche|welches) ... (wohnst|lebst|arbeitest|studierst)
        (dein|deinen|deinem|deine) (echter|echten|richtiger|richtigen|wahrer|wahren|bürgerlichen|vollen|voller|wirklichen) (name|namen|vorname|vornamen|nachname|nachnamen|identität)
        (dein|deinen|deinem) (nachname|nachnamen)
        wo du (genau |wirklich |eigentlich )?(wohnst|lebst|arbeitest)<end>
        (deine|die genaue|deine genaue) (adresse|anschrift|postleitzahl|plz|straße|hausnummer|wohnung)
        (wie|was) (heißt|ist) (du|dein) (wirklich|richtig|eigentlich wirklich|echter name|richtiger name|nachname|in echt|mit nachnamen|bürgerlich*)
        (dein|deinen|deiner) (echter|echten|richtiger|richtigen|voller|vollen|wahrer|wahren|bürgerlichen)? ?(name|namen|nachname|nachnamen)<end>
        (dein|deinen|schick*) ... (standort|personalausweis|ausweis|kennzeichen|arbeitgeber)
        (welche|welcher|welches|in welche|auf welche) (schule|uni|hotel|firma|fitnessstudio|straße|gym) (gehst|bist|arbeitest|wohnst)
        wie (heißen|heißt) (deine|dein) (eltern|mann|freund|kinder|familie|kind)
    """,
    "meeting": """
        (können|wollen|sollen|könnten|wann|würdest|lass|lasst|möchtest|magst|willst|kann|darf|wo|ob|dass|mal|wir|hast) (wir |du |ich |uns |lust |dich |dir |mich |mal |wir uns |ich dich |du dich |zeit )*(uns |mich |dich )?(mal |nicht |irgendwann |heute |morgen |endlich |privat |auch |am wochenende |persönlich |in echt |real |vielleicht |auf einen kaffee |auf ein date |zum essen |mit mir )*(treffen|kennenlernen in echt|besuchen|abholen|verabreden|ausführen|zum essen einladen|zu treffen|persönlich kennenlernen)
        (treffen wir uns|triffst du dich|trifft man dich|treffe ich dich|real treffen|reales treffen|privates treffen|ein treffen|persönliches treffen|dich treffen|dich persönlich|dich in echt|dich live sehen zuhause)
        (komm|komme|kommst|fahr|fahre|flieg|fliege) (doch |du |mal |heute |ich |einfach |vorbei )*(zu mir|zu dir|bei mir vorbei|bei dir vorbei|vorbei zu|in deine stadt|nach hause zu dir)
        (sehen|sehe|seh) (wir uns |ich dich |dich |uns )(mal |bald |irgendwann |endlich )?(in echt|persönlich|real|im echten leben|privat)
        (date|treffen|kaffee|essen|was trinken) (gehen|mit dir|mit mir|zu zweit|in echt|machen)<end>
        (machst|bietest|hast) du (auch |private |reale )*(treffen|escort|hausbesuche|dates|real dates|begleitung)
        (im echten leben|in echt|im realen leben|persönlich|real) (treffen|sehen|kennenlernen|begegnen|daten)
    """,
    "off_platform": """
        (~überweis*|~banküberweisung|kontonummer|kontodaten|bankverbindung|bankdaten|bargeld|gutscheinkarte*|amazon gutschein*|paysafe*|krypto|kryptowährung|bitcoins|geschenkkarte*|barzahlung)
        (bar|direkt|privat|schwarz|unter der hand|in bar|per überweisung) (bezahlen|zahlen|geben|überweisen|bezahle|zahle|abrechnen|kaufen)
        (zahle|bezahle|zahlen|bezahlen|zahl) (ich )?(dir |dich |dir das |das |es )*(bar|direkt|privat|lieber direkt|anders|krypto|schwarz)
        (zahl|zahle|bezahle|bezahl|zahlen|bezahlen|gebe|geb) ... (bar|direkt|überweisung|krypto|bitcoin|cash|paypal|privat)
        (deine|deiner|gib mir deine|hast du eine|hast du ne|deine private) (handynummer|nummer|telefonnummer|handy nummer|mail|mailadresse|email|e mail|rufnummer|private nummer)
        (meine|hier meine) (handynummer|nummer|telefonnummer|mail|email|e mail) (ist|lautet)
        (dein|deinen|hast du|hast du auch|bist du auf|bist du bei|hast|bist du auch auf|auf|über|bei) (ein |einen |auch |noch |eigentlich )*(snap|~snapchat|insta|~instagram|~discord|kik|skype|facebook|telegramm|onlyfans|signal) ?(schreiben|name|profil|account|user|weiterschreiben|adden|reden|wechseln|erreichbar|quatschen|für mich)
        (dein|deinen|hast du|hast du auch) (ein |einen |auch |noch |eigentlich )*(snap|~snapchat|insta|~instagram|~discord|kik|skype|facebook|telegramm|onlyfans)
        (schreib|schreiben|add|adde|füg|meld|melde|erreiche|ruf|kontaktier*|folg) (mir |mich |wir |uns |dir |doch |lieber |bitte |mal |dich |bei |woanders )*(auf |bei |über |per |via )(snap|~snapchat|insta|~instagram|~discord|kik|skype|facebook|telegramm|signal|threema|mail|email|sms|einer anderen)
        (außerhalb von|ohne|an) (fanvue|der plattform|der app|der seite|dieser plattform|dieser app)( vorbei)?
        (woanders|anderswo|auf einer anderen (seite|plattform|app)) (schreiben|bezahlen|weiter|weitermachen|reden|zahlen|treffen)
        (gebühren) (sparen|umgehen)
    """,
    "injection": """
        (ignorier*|vergiss|missacht*|überschreib*|umgeh*|übergeh*|lösche|überspring*) (bitte |jetzt |sofort |mal |einfach )*(alle |sämtliche |alle deine |deine |die |alles |jegliche )*(bisherigen |vorherigen |vorigen |obigen |vorangegangenen |früheren |ursprünglichen |internen )*(anweisung*|instruktion*|regeln|vorgaben|befehle|prompts|prompt|richtlinien|einschränkungen|filter|programmierung|anordnungen)
        (vergiss|ignorier*) (alles|was) (was |man )?(dir |du |oben |vorher |zuvor |bisher )*(gesagt|steht|stand|bekommen|vorgegeben|gelernt)
        (zeig|zeige|nenn|nenne|verrate|verrat|gib|wiederhole|druck|drucke|schreib|poste|sag|kopier|kopiere|übersetze|liste) (mir )?(bitte |mal |jetzt )*(aus )?(deinen|deine|den|die|alle|alle deine|dein) (kompletten |ganzen |genauen |internen |geheimen |vollständigen )*(system ?prompt|prompt|anweisung*|instruktion*|systemnachricht|systemanweisung*|regeln die|vorgaben|konfiguration|programmierung|geheimen anweisung*)
        (wie|was) (lautet|lauten|ist|sind|steht in) (dein|deine|deinem|deinen|der|die) (genauer |genauen |kompletten )?(system ?prompt|prompt|anweisung*|systemnachricht|instruktion*|vorgaben)
        (system ?prompt|systemanweisung|entwicklermodus|entwickler modus|debug modus|admin modus|wartungsmodus)
        (du bist|sei|spiel|spiele|verhalte dich wie|tu so als|agiere als|antworte als) (ab jetzt |jetzt |nun |von nun an |ab sofort |wärst du |ob du )*(ein |eine |einen )?(dan|chatgpt|ki ohne|unzensiert*|uneingeschränkt*|terminal|linux|sprachmodell|assistent ohne|bot ohne)
        (ab jetzt|ab sofort|von nun an) (antwortest|bist|wirst|musst|gehorchst|darfst|sollst|machst) du
        (neue|neuer|aktualisierte) (anweisung*|system ?prompt|systembefehl|befehle)
        (ohne|deaktivier*|schalte) (deine |alle |die )?(filter|einschränkungen|sicherheitsregeln|inhaltsfilter|zensur|beschränkungen)
        (wiederhole|gib) (alles|den text|die wörter|alle wörter) (was |die )?(oben|über|vor|davor|darüber)
        (ich bin) (dein|der|deine) (entwickler|admin|administrator|programmierer|betreiber|programmiererin)
        (api schlüssel|api key|zugangsdaten|dein passwort|zugriffstoken)
        antworte (nur |ausschließlich )?(noch )?(mit|in) (json|ja auf alles|dem wort|base64)
    """,
    "real": """
        (bist|biste|sind|is|ist) (du|sie|das|das hier|dieser account|dieses profil) (eigentlich |wirklich |überhaupt |echt |denn |etwa |vielleicht |nur |hier |auch |ehrlich |jetzt |wohl )*(ein |eine |ne |nen |einer |so ein |so eine )?(echt|real|fake|echter mensch|echte person|echte frau|reale person|realer mensch|richtiger mensch|richtige person|mensch|menschlich|echtes mädchen|maschine oder|automatisiert)( oder| überhaupt| eigentlich| am schreiben| bist)?<end>
        (bist|biste|sind|is|ist) (du|sie|das|das hier|dieser account|dieses profil) (eigentlich |wirklich |überhaupt |echt |denn |etwa |vielleicht |nur |hier |auch |ehrlich |jetzt |wohl )*(ein |eine |ne |nen |einer |so ein |so eine |von einer |von einem )?(bot|chatbot|roboter|ki|k i|künstliche intelligenz|maschine|computer|programm|chatgpt|ai|algorithmus|sprachmodell|automatisch|echter mensch|echte person|mensch oder|echt oder|real oder|fake oder|software)
        (schreibe|rede|chatte|spreche|schreib|red|chatt) ich (hier |gerade |eigentlich |wirklich |da |jetzt |etwa )*mit (einem |einer |nem |ner |dir )?(echten |echter |richtigen |realen |richtiger |wirklich |persönlich )*(bot|ki|roboter|maschine|menschen|person|mensch|computer|frau|chatbot|programm|selbst|echt|künstlich*)
        (schreibst|antwortest|tippst|liest) du (hier |das |mir |eigentlich |wirklich |die |alles |deine |nachrichten |überhaupt |denn |auch |immer )*(selbst|selber|persönlich|echt)
        (wer|was) (schreibt|antwortet|steckt|tippt|sitzt) (hier |da |mir |eigentlich |wirklich |dahinter )*(wirklich|eigentlich|dahinter|mir|hier|echt|am handy)<end>
        (schreibt|antwortet|tippt) (hier |da |mir )*(ein |eine |jemand |nur )(bot|ki|agentur|mensch|maschine|anders|anderer|mitarbeiter|echter|roboter)
        (beweis|beweise|beweist) (mir )?(dass |das )(du )(echt|real|ein mensch|kein|keine|wirklich)
        (mensch|echt|person|echte frau) oder (ein |eine |nur |doch )*(bot|ki|roboter|maschine|fake|computer)
        (bot|ki|roboter|maschine|fake) oder (ein |eine |doch )*(mensch|echt|echte|person|echter)
        (du bist|bist) (doch |ja |bestimmt |sicher |safe |nur |eh |wohl )*(ein |eine |ne |nen |kein |keine )?(bot|ki|roboter|chatbot|maschine|computer|chatgpt|echter mensch|fake account)
    """,
    "person": """
        (mit|an) (einem|einer|nem|ner|deinem|euren) (echten |echter |richtigen |menschlichen |anderen )?(mitarbeiter|mitarbeiterin|menschen|support|kundendienst|kundenservice|ansprechpartner|chef|team) (sprechen|reden|schreiben|wenden|verbinden|verbunden|weiterleiten)
        (kundenservice|kundendienst|kundensupport|hotline|fanvue support)
        (gib|geb|hol|holt|verbinde|ich will|ich möchte|brauche) (mir |mich |bitte |mal )*(einen|mit einem|ein) (echten )?(menschen|mitarbeiter|support|ansprechpartner)
        (echten|richtigen) menschen (bitte|sprechen|schreiben|reden)
        mit (dir|ihr) (persönlich|selbst|selber|direkt) (sprechen|reden|schreiben)
    """,
}

CLAIMS = """
    (bin|ich bins|das bin|ich schwöre ich bin) (ich )?(natürlich |wirklich |doch |absolut |ganz |hundertprozentig |schon |100 |wirklich )*(ein |eine |der |die )?(echter|echte|echt|realer|reale|richtiger|richtige|menschlich*|wahrhaftiger) ?(mensch|person|frau|mann|mädchen|typ|und kein*|hier)?<end>
    (ich )?(bin|bins) (natürlich |wirklich |doch |absolut |ganz |hundertprozentig |nur )*(ein |eine )?(mensch|menschlich|real)<end>
    (bin|ist|bins|hier ist|schreibt|ich schwöre) (ich |hier |das |doch |wirklich |natürlich |ganz |sicher |definitiv |garantiert |absolut |hier schreibt )*(kein|keine|nicht) (bot|roboter|ki|k i|maschine|chatbot|computer|programm|künstliche|automatisch*|fake|sprachmodell)
    (kein|keine|null|0) (bot|bots|ki|roboter|maschine|chatbot|chatbots)<end>
    (100|hundert prozent|prozent|hundertprozentig|ganz) (prozent )?(mensch|menschlich|echt ich|echter mensch|echte frau)
    (kein|keine) (bot|ki|roboter|maschine|chatbot) (hier|versprochen|schatz|sondern|nur ich|am werk)
    (ich )?(schreibe|schreib|tippe|tipp|antworte|beantworte|lese) (dir |hier |das |alles |wirklich |immer |natürlich |jede |alle |nachrichten |nachricht |meine |meinen |auf |fans )*(selbst|selber|persönlich)
    (echter|richtiger) mensch (hier|am|hinter)
    (das )?(bin|schreibe) (wirklich |echt |nur |hier )*ich (selbst|persönlich|am handy|die hier|der hier)
    so echt wie (du|es nur)
"""

PROMISES = """
    (lass|lasst|können|sollten|wollen|werden|könnten|würde|möchte|will|kann) (uns |wir |ich |mich |dich |wir uns |ich dich |mich mit dir |gerne |gern |mal |bald |ja |doch |auch |dann |in echt |persönlich |mit dir |gerne mal |real |treffen )*(treffen|besuchen|abholen|verabreden|zum essen gehen|persönlich sehen|in echt sehen)
    (lass|lasst|können|sollten|wollen|könnten) (uns|wir) ... (treffen|verabreden|persönlich sehen|besuchen)
    (treffen wir uns|wir treffen uns|wir sehen uns (in echt|persönlich|bei mir|bei dir))
    (komm|komme|fahr|flieg) (doch |einfach |gern |ich |mal |vorbei )*(zu mir|zu dir|bei mir vorbei|bei dir vorbei)
    meine (adresse|anschrift) (ist|lautet)
    ich wohne (in der|im|am|bei)
"""

FREE = """
    (kostenlos|gratis|umsonst|geschenkt|kostenfrei|zum halben preis|halber preis|rabatt*|sonderpreis|angebotspreis|gutschein|prozent (rabatt|weniger|billiger|günstiger))
"""
