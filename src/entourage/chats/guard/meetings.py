"""Proposals to meet in the flesh, as people make them in three languages, and what only sounds like one: to meet in a live. A pure rule."""

PROPOSALS = """
    (lets|let us|we should|we could|we can|we must|can we|could we|should we|shall we|will we|when do we|hope we|hope to|maybe we|wish we could|if we) (ever |actually |really |finally |please |just |can |could |two )*(meet|meet up|link up|hang out|hangout|get together)(<end>| up| someday| some day| one day| sometime| soon| irl| tonight| tomorrow| this| next week| next month| outside| after| before| when| while| then)
    (want to|wanna|would like to|id like to|would love to|id love to|love to|hope to|hoping to|need to|dying to|wish to|wish i could|plan to|going to|gonna|want 2|i will|ill|i can|i could|can i|could i|may i) (really |finally |actually |just |so |ever )*(meet|visit|take out|go out with|hang out with) (you|u|ya)(<end>| up| so| irl| someday| some day| one day| sometime| soon| in| at| when| if| tonight| tomorrow| this| next| for| there| after| badly)
    (would|will|do|did|could|can) (you|u) (ever |actually |also |sometimes |like to |want to |please )*(meet|go out with|date|visit|hang out with) (a |your |the |some )?(fan|fans|me|us|guy|guys|someone|somebody|subs|subscribers|followers|men|people)
    (do|offer|doing|offering) (you |u |any |private )*(meetups|meet ups|meet and greets|meets)
    (my|your|ur) (place|house|room|hotel) or (yours|mine|urs)
    (dinner|drinks|coffee|lunch|brunch|a drink) (is |are )?on me
    (go|going|come|coming) out with (me|you|u)
    (lets|let us|can we|could we|shall we|we should|we could|should we) (just |go |please |finally )*(grab|get|have|do|go for|share) (a |some |our |that |one )*(coffee|drink|drinks|dinner|lunch|brunch|beer|bite|date|breakfast|cocktail|wine)
    (come|join|see|visit|find|meet) (me |over |by |up |see me |here )*(in|at|to|into) (my|the|our|a|this) (hotel|room|hotel room|place|flat|apartment|suite|airbnb|bed)
    (come|fly|drive) (and |over and |to |here and )*(see|visit) (me|you|u)(<end>| in| here| at| this| next| soon| sometime)
    (come|coming) over(<end>| tonight| now| later| tomorrow| to mine| this| here| then| for)
    (netflix|movie) (and|n) chill
    (sleep|stay|crash) (over )?at (mine|yours|my place|your place)
    (spend|spending) (the |a |one |this |our )*(night|weekend|holiday|holidays|vacation) (together|with (me|you|u))
    (how much|what would it cost|whats the price|what do you charge|your price|your rate) (is it |is |do you charge |would it be |do i pay |you take )*(for |to )(a |an |the |one )*(meet|night|hour|date|visit|meeting|weekend|dinner) (up )?(with )?(you|u|in person|irl)
    (see|meet|wait for|waiting for|pick|get) (you|u) (up |tomorrow |tonight |then |there |later )*(at|from|outside|in front of) (the |your |my )?(station|airport|hotel|bar|café|restaurant|corner|club|park|mall|bus stop|door)
    (whats|what is|which is) (your|ur) (hotel|room number)
    (real |first |dinner |little )?date with (you|u)
    (be|youll be|you will be) my date
    its a date<end>
    (let me|i can|i could|ill|i will|can i|may i|could i|want to|wanna|id love to|id like to|would love to|happy to) (please |ever |just )*(take|treat|invite|pick|fly) (you|u) (out|up|over|away|home|here|to dinner|to lunch|to a|to the|for dinner|for a drink|for drinks|for coffee|for lunch|on a|on vacation)
    (book|get|rent|reserve) (us|you) (a|the|an) (room|hotel|suite|table|flight|ticket|airbnb)
    buy (you|u) (a )?(dinner|lunch|drink|drinks|coffee|brunch|beer)
    (your|ur|which) hotel & (ill|i will|i can|id|i could) (be there|come|come by|visit|drop by)
    (come|coming|invite you|invited) to (my|our) (party|birthday|wedding|barbecue|show)
    (dinner|lunch|coffee|drinks|brunch) (on |this |next )?(friday|saturday|sunday|monday|tuesday|wednesday|thursday|weekend|tomorrow|tonight)<end>
    (up for|fancy|down for) (a |some )?(drink|drinks|coffee|dinner|lunch|beer|date|meetup|walk)
    meet me (there|here|outside|halfway)
    (weekend|city|road) trip (together|with (me|you))
    (können|sollten|sollen|wollen|könnten|dürfen|wann|wo|ob|hoffentlich|lass|lasst|wir) (wir |uns |mal |endlich |bald |wirklich |denn |vielleicht |heute |morgen |irgendwann |doch |sollten |könnten )*uns (mal |endlich |bald |wirklich |vielleicht |heute |morgen |irgendwann |privat |doch |gern |gerne )*(sehen|treffen|daten)<end>
    (wann|wo) (sehen|treffen) wir (uns|zwei uns|beide uns) ?(endlich |mal |wirklich |denn |privat |in echt )*(endlich|mal|wirklich|denn|privat|in echt)?<end>
    (will|möchte|würde|würd|könnte|darf|muss|wollte|kann) (ich |dich |mich |mit dir |so |gern |gerne |mal |echt |wirklich |auch |unbedingt |endlich |bald |irgendwann |sehr |total |einfach )*(treffen|besuchen|daten|ausgehen|ausführen|abholen|besuchen kommen|entführen)
    (besuch|besuche) (ich )?dich( mal| gern| gerne| dann| bald| morgen| heute| am wochenende| zuhause| zu hause)*<end>
    (hol|hole|komm|komme) (ich )?dich (mal |gern |gerne |dann |bald |morgen |heute |am wochenende )*(besuchen|abholen|ab|holen)
    (besuch|besuche) mich( doch| mal| bitte| bald| heute| morgen)*(<end>| in| zuhause| zu hause| am)
    (komm|kommst du) (doch |mal |einfach |heute |abend |morgen |bitte |schnell |ruhig )*(vorbei|rüber)( heute| morgen| am| zu)*( abend| wochenende| mir)?<end>
    (komm|kommst du|vorbei|rüber|besuch mich) & (hotel|hotelzimmer|in mein zimmer|in meine wohnung|in mein bett)
    zu (mir|dir) oder zu (dir|mir)
    (ich bin|ich komme|bin bald|bin nächste woche) & sehen wir uns<end>
    (lad|lade|würde) (ich )?dich (gern |gerne |mal |dann )*(auf einen|auf ein|auf nen|zum|zu mir|ins) (wein|kaffee|drink|essen|bier|date|eis|kino|restaurant|cocktail|glas|ein)
    komm mich (doch |mal |bald |bitte )*besuchen
    (wie viel|wieviel|was) (kostet|kosten|nimmst du|verlangst du) (eine |ein |für |für eine |für ein )*(nacht|stunde|treffen|date|abend|wochenende) (mit|bei) dir
    lass uns (mal |zusammen |einfach |heute )*(wegfahren|verreisen|in urlaub|in den urlaub|abhauen)
    treffen (am wochenende|morgen|heute|nächste woche|bei mir|bei dir)<end>
    (gehst du|geh|willst du|magst du|kommst du|würdest du|lust|möchtest du|gehen|gehe) (mal |gern |gerne |heute |morgen |vielleicht |auch |am wochenende |doch )*mit (mir|dir) (mal |was |etwas |einen |nen |auf einen |auf nen |ins |heute |zum |abend |zu )*(essen|aus|ausgehen|trinken|kaffee|kino|spazieren|date|unternehmen|restaurant|bar|verreisen|weg)
    (gehen|gehn|lass|lasst|wollen) (wir|uns|wir zwei|wir beide) (mal |doch |zusammen |was |etwas |einen |nen |auf |heute |morgen |zum |ins |schön |abend )*(essen|trinken|kaffee|kino|spazieren|ausgehen|date|bier|cocktail|unternehmen)
    lust (heute |morgen |mal |am wochenende |mit mir )*(was|etwas) (zu )?(unternehmen|trinken zu gehen)
    (am|vor dem|vorm|an der|im|in der|beim) (bahnhof|flughafen|hotel|bar|café|eingang|restaurant|haltestelle|parkplatz|park|club) auf dich
    auf dich (am|vor dem|vorm|an der|im|in der|beim) (bahnhof|flughafen|hotel|bar|café|eingang|restaurant|haltestelle|parkplatz|park|club)
    (verbring*|bleib*|schlaf*) (du )?(die|eine|ne|das|ein|diese) (nacht|wochenende) (mit|bei) (mir|dir)
    übernacht* (du |mal |doch |heute )*(bei|mit) (mir|dir)
    (buch|buche|reservier*|miete|nehm|nehme) (ich )?(uns|dir|für uns) (ein|einen|das|den|nen) (zimmer|hotel*|tisch|flug|airbnb|suite)
    (quedamos|quedemos|veámonos|encontrémonos|juntémonos|salgamos|conozcámonos)<end>
    (quedamos|quedemos|veámonos|encontrémonos|juntémonos) (este|esta|el|hoy|mañana|para|algún|pronto|tú y yo|los dos|un día|a cenar|a tomar)
    (podemos|podríamos|cuándo|cuando|dónde|quieres|queremos|a ver si|por qué no|y si) (nos |que nos |tú y yo |un día |algún día |por fin )*(vemos|conocemos|encontramos|juntamos|conocernos|vernos|juntarnos|encontrarnos)( por fin| pronto| un día| en persona| por favor| algún día)*<end>
    (me gustaría|quiero|quisiera|me encantaría|espero|deseo|muero por|ganas de) (mucho |poder |tanto |de verdad )*(conocerte|encontrarte|conocernos)( en persona| un día| pronto| personalmente| algún día| de verdad| por fin)*<end>
    (me gustaría|quiero|quisiera|me encantaría|espero|puedo|podría|voy a) (mucho |poder |tanto |ir a )*(visitarte|salir contigo|quedar contigo|invitarte|recogerte|pasar la noche contigo|verte a solas)
    te (invito|invitaría|llevo|llevaría) (a |yo |un día )*(cenar|comer|un café|una copa|tomar|almorzar|salir|mi casa|casa|pasear|un viaje|viajar|desayunar|un hotel)
    (salimos|salgamos|sal|saldrías|sales) (juntos|conmigo|contigo|tú y yo|los dos|un día)
    (tomamos|vamos a tomar|nos tomamos|vamos por|cenamos|vamos a cenar|comemos) (algo|un café|una copa|unas copas|juntos|una cerveza|unas cervezas|un trago|un día|tú y yo|fuera)
    (voy a|estoy en|paso por|llego a) & te (puedo|podría) ver<end>
    quiero que (vengas|vayas) (a|conmigo|aquí)
    (llevarte|invitarte) a (cenar|comer|tomar|bailar|un|una|mi|la playa|almorzar)
    hotel & (voy|iré|ahí estaré|allí estaré|me acerco)<end>
    (hagamos|haremos|hacer|hacemos) un viaje (juntos|tú y yo|conmigo|contigo)
    nos juntamos (este|esta|el|hoy|mañana)
    te (visito|recojo|paso a buscar|paso a recoger|voy a visitar|vengo a buscar)
    te (espero|esperaré) (en|a) (la estación|el aeropuerto|el hotel|el bar|mi casa|mi hotel|la puerta|el parque|mi habitación|un bar|la salida)
    (ven|vente|vienes|vení) a (verme|visitarme|conocerme|mi hotel|mi cama|mi cuarto|mi habitación)
    (vente|ven|vienes) & (en el hotel|en mi hotel|en un hotel|en mi casa)
    (en )?(tu|mi) casa o (en )?(la )?(mía|tuya)
    te (ves|juntas|encuentras) con (tus |los |otros )*(fans|seguidores|hombres|clientes|gente|suscriptores)
    (cuánto|precio|tarifa) (cobras |cuesta |vale |sale |pides |es )?(por |para )(una |un |la )*(vernos|quedar|noche contigo|verte|cita|encuentro|hora contigo|visita)
    (pasa|pasar|pasemos|pasamos|pasarías) (la|una|el|un) (noche|finde|fin de semana) (conmigo|contigo|juntos)
"""

IN_LIVES = """
    (lets |let us |we |can |could |will |ill |i |id |to |want |wanna |hope |love )*(meet|see|catch|join|visit|hang out with|hang out) (me |you |u |us |up |ya |each other |again |all |there |tomorrow |tonight |then )*(in|at|on|during) (the |your |my |our |a |todays |tomorrows |tonights )*(next |new |coming )?(live|lives|stream|livestream|live stream|broadcast|video)<end>
    (wir |uns |ich |dich |treffen |sehen |treffe |sehe |seh |besuche |mal |wieder |heute |morgen |dann |gern |gerne |bald |alle |lass |können |will |möchte |besuchen )*(im|in|beim|bei) (dein |deinem |deinen |dem |der |nächsten |meinem |morgigen |heutigen )*(live|lives|stream|livestream|video)( treffen| sehen| wieder| besuchen| vorbei)?<end>
    treffen (auf|bei|mit|in) (der arbeit|der firma|kollegen|freunden|meinen freunden|meiner familie|meinem chef)
    (nos |te |quiero |vamos |a |podemos )*(vemos|veo|ver|verte|verme|vernos|quedamos|encontramos|encontrarnos|conocernos|conocerte|veré|veremos) (mañana |esta noche |hoy |luego |todos |pronto )*(en|por|al) (el |tu |mi |un )*(próximo |siguiente |nuevo )?(directo|live|stream|en vivo|vivo|vídeo)<end>
"""
"""What is taken out before proposals are looked for, up to the end of its clause: what follows is read as ever."""
