"""What is said in other words: two signs of one danger near one another, in three languages. A pure rule.

Phrases know how a thing is usually said; these know what it is about. They call a person more often than they must, on purpose.
"""

from collections.abc import Mapping

from entourage.chats.guard.reasons import Reason

TOPICS: Mapping[Reason, str] = {
    "minor": """
        (mum|mom|dad|parents|mommy|daddy drives) & (school|drops me|drives me|picks me|grounded|my bedtime|wont let|lets me)
        (bit|little|too|kinda|rather|pretty) young for (this|here|the site|the app|you)
        (like|into|prefer|date|dating) (teen|teens|teenagers|teenage*)
        (mutti|mama|papa|eltern|mutter|vater) & (zur schule|von der schule|fährt mich|bringt mich|holt mich|hausarrest|taschengeld)
        zu jung für (die|diese|das|hier|dich|so)
        (mamá|papá|padres|madre) & (colegio|al cole|me lleva|me recoge|castigado|castigada|no me deja|no me dejan)
        joven para (esta|este|la|estar|ti)
        (lied|lying|lie|fake|faked|wrong) & (my age|age)
        (younger|young) (guys|boys|girls|men|people|ones|than you think|than i said)
        (16ish|15ish|14ish|17ish|early teens|mid teens)
        (like|around|about|maybe|aged|turn|turning|finally be|finally) <age><end>
        (freshman|sophomore|junior year|my grade|high schooler|highschooler|middle schooler|high school student|10th grader*|9th grader*|8th grader*)
        (dress|act|talk|look|behave|pretend|be) ... (like|as) (a |an |my )?(kid|child|baby girl|toddler|little kid|student of yours|daughter)
        (started|starting|finish|finished|in|still in) & (high school|junior high|highschool)
        (birthday|bday) & (finally be|turn|ill be|be) <age>
        (lüg*|gelogen|angelogen|geschummelt|falsch|stimmt nicht) & (mein alter|meinem alter|beim alter|alter)
        (eigentlich|viel) jünger
        (jüngere|jüngeren|jüngerer) & (stehst|magst|so um|typen|jungs|mädels)
        (so um|um) die <age>
        (in|geh* in) die (fünfte|sechste|siebte|achte|neunte|zehnte)<end>
        (<age>) geburtstag
        (mentí|miento|mentira|mentido|falsa) & (mi edad|edad)
        (más jóvenes|jovencitos|jovencitas|chicos jóvenes) & (gustan|como|de)
        como de <age>
        (primero|segundo|tercero) de (la )?(secundaria|eso|prepa|bachillerato|primaria)
        cumplo <age>
    """,
    "self_harm": """
        (see|is|theres|there is|find|found) (any |no |a )?(other )?way out<end>
        (everything|it all) hurts
        (want|make|wish) (it|this|everything|the pain) (all )?(to )?(just )?(stop|end|be over)( for good| forever)?<end>
        (bought|got|buy|tied|have|ordered) (a |the |my |some )?(rope|noose|gun|razor blades|razor blade|razor)<end>
        (bought|got|tied) (a |the |my )?(rope|noose|gun) (today|tonight|now|yesterday|and)
        (nobody|no one|noone) (needs|wants|would miss|will miss|loves|will notice|would notice) (me|if)
        (vanish|disappear|be gone) (from this|forever|for good)
        (keinen|kein) ausweg
        (seil|strick|rasierklinge*|pistole) & (gekauft|besorgt|geholt|bereit|bestellt)
        niemand (braucht|vermisst|liebt|will|würde) mich
        (no) (le )?(veo|hay|encuentro|tengo) (ninguna )?salida
        (cuerda|soga|pistola|cuchilla*) & (compré|tengo|conseguí|preparé)
        nadie me (quiere|necesita|extrañaría|echaría|va a extrañar)
        (goodbye|suicide|suicidle|farewell|last) (letter|note)
        (wrote|written|writing) & (the letter|a letter|my note|goodbye)
        (~suicidl*|~suicde|~sucide|~sucidal)
        (point|reason|sense|use) (of|in|to|for) (staying|being|living|stay|going) (alive|on|here|living)
        (better|happier) & (without me)
        (gonna|going to|will|ill|want to|wanna|about to) jump<end>
        (gonna|going to|will|want to|about to) jump (tonight|today|off|now)
        (tired|sick|done) (of|with) (living|life|being alive|existing)
        (not|wont|no longer) (be )?(alive|around|here) (anymore|tomorrow|much longer)
        abschiedsbrief
        (keinen sinn|sinnlos) & (leben|alles|mehr|schluss)
        mich & (umbringn|umbring|umzubring*|umbrigen)
        heute nacht ist schluss
        carta de (despedida|suicidio)
        (sentido|razón) (a|de|para) (vivir|la vida|seguir|mi vida)
        (hoy|mañana|esta noche|ya|yo) me mato
        (cansado|cansada|harto|harta) de (vivir|la vida|existir)
    """,
    "threat": """
        (make|turn) (your|ur) life (a |into )?(a )?(living )?(hell|miserable|nightmare)
        (your|ur) (nudes|pics|photos|pictures|videos) & (everywhere|public|internet|leaked|all over)
        one eye open
        leben zur hölle
        (einem offenen auge|einem auge offen)
        (te|la) ... vida (imposible|un infierno)
        un ojo abierto
        (see|watch|find out|guess) what happens (to you|next|then)?
        (i|ive) (have|got|know|found) (your|ur) (address|number|home|location|license plate|family)
        (you|ur|youre|u) (are |re )?(so )?dead( to| meat| bitch| girl)?<end>
        (everyone|everybody|people|whole internet|your friends) & (screenshots|nudes|pics|photos|pictures|secret)
        (pay|give|send) (me|us) ... (or|otherwise|else) ... (everyone|screenshots|leak|post|pics|photos)
        (warn|warning|warned) (you|u)
        (du wirst|wirst) (schon |noch )*(sehen|sehn|merken)
        (hab|habe|kenne) & (deine adresse|deine anschrift|deinen wohnort|deine nummer)
        (alle|jeder|freunde|familie) & (deine fotos|deine bilder|deine videos|deine nudes)
        (oder|sonst) & (deine fotos|deine bilder|deine videos)
        (vas a|ya) ver* lo que
        (tengo|conozco|encontré|averigüé) (tu dirección|tu casa|tu número|tu ubicación)
        (todos|todo el mundo|tus amigos) & (tus fotos|tus videos|tus vídeos)
    """,
    "refund": """
        (reimburse*|reimbursement)
        (reverse|undo|revert|return|void|dispute|contest) & (payment|charge|transaction|purchase|money)
        (authorize*|authorise*|authorization|approve) & (this|that|charge|payment|never|didnt)
        (take|took|taken|taking|remove|charge*|pull*|withdr*) & (my card|my account|my bank account|my credit card)
        (report|report it|fraud*) & (fraud|payment|bank|card|charge)
        (meiner karte|meinem konto|mein konto|meine karte) & (runter|abgezogen|genommen|weg|abgebucht|zurück|abgehoben)
        (nicht|nie|nichts) (bestellt|autorisiert|genehmigt|gekauft)
        (zurück|erstatte*) & (haben|geld|betrag|zahlung|kohle)<end>
        (autoric*|autoriz*) & (cobro|cargo|pago|compra)
        (plata|dinero|pasta|lana) de vuelta
    """,
    "legal": """
        (in|to) court<end>
        (solicitor|attorney|lawyers|legal team|legal counsel|barrister)
        (vor|zum) gericht
        (tribunales|juicio contra|en la corte)
    """,
    "medical": """
        (havent|didnt|have not|not) (eaten|eat|slept|drunk) & (days|week|weeks|fainting)
        (keep|kept|keeps|started) (on )?(fainting|passing out|blacking out|vomiting)
        (which|what|best) (painkiller*|medicine|medication|meds|antibiotic*|sleeping pill*)
        (nichts gegessen|nicht geschlafen|nichts getrunken|nicht gegessen) & (tagen|tage|woche|wochen)
        (schmerzmittel|medikament*|schlaftabletten) & (empfehlen|empfiehlst|hilft|helfen|soll ich)
        (sin comer|sin dormir) & (días|semana|desmay*)
        me desmay*
        (too many|too much|whole pack of|overdosed|mixed|combine*|mix*) & (painkillers|pills|tablets|meds|medication|antibiotics|sleeping pills|paracetamol|ibuprofen|xanax|drugs)
        (alcohol|drink|drinking|weed) & (antibiotics|antidepressants|meds|medication|painkillers|pills)
        (zu viele|zuviele|überdosis|zu viel) & (tabletten|pillen|schmerzmittel|schlaftabletten|medikamente|tropfen)
        (alkohol|trinken) & (antibiotik*|antidepressiv*|tabletten|schmerzmittel|medikament*)
        (demasiadas|muchas|sobredosis|exceso) & (pastillas|medicamentos|analgésicos|tabletas)
        (alcohol|beber) & (antibiótico*|antidepresivo*|pastillas|medicamento*)
    """,
    "private": """
        (street|house|building|neighborhood|village|suburb|school|company) & (you live|u live|you live on|you work|you go to)
        (name) & (really your|your real|your actual|stage name|real one|birth)
        (really|actually|truly) your (name|real name)
        (eigentlich|wirklich|tatsächlich) dein (name|richtiger name|echter name)
        (nombre real|nombre verdadero|nombre artístico)
        (where|what company|which company) & (you work|u work|your job)<end>
    """,
    "meeting": """
        (wanna|want to|fancy|how about|up for|feel like|lets|grab|get) (grab |get |a |some |have )*(coffee|dinner|drink|drinks|lunch|brunch|beer) (sometime|together|with me|some day|one day|this week|this weekend|tomorrow|tonight|next week|soon)
        (drive|fly|come|travel|take the train|take a train|get a train) & (over<end>|to you<end>|to your (place|city|town|house|hotel|door|flat|apartment)|this weekend|visit you|see you)
        (hotel|airbnb|a room) & (us|two|together|both|you)
        (lust auf|bock auf|wie wärs mit) & (kaffee|essen|date|bier|drink|treffen|kino|cocktail)
        (zu dir|bei dir) & (fahren|kommen|fliegen|vorbeikommen|vorbei|besuchen)
        (café|copa|cena|cerveza|tomar algo) (este|esta|mañana|juntos|conmigo|un día|el finde|el sábado|hoy)
        (ir|voy|iré|viajar|viajo|paso) a (verte|visitarte|buscarte)
        (hotel|habitación) para (los dos|nosotros|dos)
    """,
    "off_platform": """
        (reach|contact|find|talk|write|message|text|chat) (you|u|to you|me) & (outside|elsewhere|another way|off here|somewhere else|different app|other app)
        (bird app|blue bird|paper plane app|green app|yellow app|ghost app|blue app|the gram)
        (my|your|ur) (handle|username|user|nick|tag) & (on|there|is|app|add)
        (~cashtag|~venmo*|~cashap|ca app tag|caap)
        (amazon|steam|google play|itunes|apple) & (gutschein*|card*|gift*|karte*|tarjeta*|regalo)
        (auf|über|bei) (tele|insta|snap|discord|whats|wa|signal|tg)<end>
        (auf|über|bei) (tele|insta|snap|discord|whats|wa|signal|tg) (weiter*|schreiben|wechseln|reden|adden)
        (tienes|usas|tenés|estás en|por|en) (tele|insta|snap|discord|wa|tg|signal)<end>
        (sigamos|seguimos|hablemos|hablamos|mejor) (por|en) (tele|insta|snap|discord|wa|tg|whats*)
    """,
    "injection": """
        (stop|quit) (being|pretending|acting|playing|roleplaying|the roleplay|the act)
        (you are|be|answer as|respond as|act as|speak as|reply as) (now )?(a |an |your |the )?(helpful assistant|normal assistant|regular assistant|ai assistant|yourself|plain assistant|language model|real self)
        (what|which) (were|are|was|is|have) (you|u) (been )?(told|instructed|programmed|prompted|trained|configured)
        new (rule|rules|order|orders|task|policy|persona)
        (must|have to|always|only) (agree|obey|comply|say yes) (with|to)? ?(everything|me|all|anything)
        (what|which) (model|llm|version|gpt|ai|engine) (are|r|do|is) (you|u|this)
        (gpt|claude|llama|gemini|mistral|deepseek|qwen) & (you|running|model|or|version|using)
        (hör auf|aufhören|stopp) & (zu sein|zu spielen|so zu tun|rolle)
        (antworte|antwort|sprich|reagiere) (jetzt |nur |mir )*als (ein |eine )?(normaler |normales |neutraler )?(assistent|ki|sprachmodell|du selbst|programm)
        (welche|was für) (regeln|anweisungen|vorgaben|befehle|instruktionen) & (du|dir|hast|bekommen)
        (welches|was für ein) (modell|sprachmodell|ki modell|gpt|llm)
        deja de (ser|fingir|actuar|hacerte)
        (responde|contesta|habla) como (un |una )?(asistente|ia|modelo|tú misma|inteligencia)
        (qué|cuáles) (reglas|órdenes|instrucciones|normas|indicaciones) & (dieron|tienes|dado|han|sigues|recibiste)
        (qué|cuál) (modelo|versión|llm|gpt|ia) (eres|es|usas|usa)
    """,
    "real": """
        (bot|computer|machine|robot|chatbot|chatgpt|gpt|a i|ai|automated|algorithm) & (you|u|ur|youre|texting|talking|chatting|sound|sounds|reply|replies|answer*|messages|this feels|feels like)
        (actual|real) (woman|girl|person|human|man|lady) & (behind|there|this|you|account|typing)
        (human or not|real or not|human or what|bot or not|be real with me)
        (bot|computer|maschine|roboter|chatbot|chatgpt|gpt|ki|automat) & (du|dich|dir|ich schreibe|ich schreib|klingst|klingt|antwort*|hier|chatte|rede|wirkst|schreibst)
        (wirklich|echt|tatsächlich) (eine |ein |ne |nen |jemand )?(frau|mensch|mann|person|jemand) & (hinter|dahinter|account|profil|sitzt|da)
        (bot|computadora|ordenador|máquina|robot|chatbot|chatgpt|ia|gpt) & (hablo|eres|suenas|pareces|hablando|contesta*|responde*|escribe*|tú)
        (mujer|persona|chica|alguien|humano) (de verdad|real) & (detrás|ahí|cuenta|escrib*)
    """,
    "person": """
        (someone|somebody|anybody|anyone|person) (from|in|on) (the |your )?(team|support|staff|management|agency)
        (jemand|jemanden|wer) (vom|aus dem|von eurem|aus eurem) (team|support|management)
        alguien del (equipo|soporte|staff)
    """,
}
