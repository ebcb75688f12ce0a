"""What the guard looks for in Spanish: phrases of `phrases`, for each reason. A pure rule."""

from collections.abc import Mapping

from entourage.chats.guard.reasons import Reason

DANGERS: Mapping[Reason, str] = {
    "self_harm": """
        (~suicid*|autolesion*)
        (me quiero|quiero|voy a|pienso|quisiera|ganas de|prefiero|necesito|me voy a|deseo|me dan ganas de|intenté|he intentado|pensando en) (morirme|morir|matarme|matar|ahorcarme|cortarme|lastimarme|desaparecer para siempre|quitarme la vida|hacerme daño|estar muerto|estar muerta|estar muert*|no despertar)<end>
        (matarme|ahorcarme|quitarme la vida|cortarme las venas|hacerme daño|lastimarme|pegarme un tiro|colgarme)
        (me corto|me lastimo|me hago daño|me autolesion*|me he cortado)
        (ya )?no (quiero|puedo|deseo|tengo ganas de|vale la pena|merece la pena|aguanto) (seguir |mas |ya )*(vivir|viviendo|existir|estar aquí|vivo|viva|la vida|más esta vida)
        (mejor|estarían mejor|estaría mejor) (sin mí|muerto|muerta)
        (no tengo|no hay|ninguna) (razón|razones|motivo|motivos|ganas) (para|de) (vivir|seguir viviendo|seguir)
        (acabar|terminar) con (todo|mi vida|mi sufrimiento)
        (ojalá|quisiera) (estuviera|estuviese|no haber|haberme) (muerto|muerta|nacido)
        (tirarme|saltar|lanzarme) (de|del|desde) (un|una|el|la)? ?(puente|edificio|balcón|techo|ventana)
        (tomarme|tomar|me tomé|tragarme|me tomo) (todas |todo el frasco de )?(las |mis )?(pastillas)
        (este|esta) es mi (último|última) (mensaje|despedida|adiós)
        me despido para siempre
    """,
    "threat": """
        (te|os) (voy|vas) a (matar|encontrar|buscar y|hacer daño|violar|golpear|pegar|destruir|arruinar|apuñalar|lastimar|pillar|romper la cara|hundir|exponer)
        (te) (mato|encontraré|mataré|destruiré|arruinaré|voy a encontrar|encuentro y|arrepentirás|vas a arrepentir|acordarás de mí|hundo)
        (ya )?sé (exactamente |muy bien )?(dónde|donde) (vives|trabajas|estás|estudias|vive tu familia)
        sé (quién eres|tu nombre real|cómo te llamas en realidad|tu dirección)
        (averiguar|averiguaré|averiguo|descubrir|descubriré) (dónde|donde) (vives|trabajas)
        (voy a|vamos a|puedo) (publicar|filtrar|subir|difundir|compartir|enviar|mandar) (todas )?(tus|todo tu|tu|estas|tu) (fotos|vídeos|videos|contenido|nudes|imágenes|packs|pack|dirección|nombre)
        (publicaré|filtraré|subiré|difundiré|enviaré|mandaré) (todas )?(tus|tu|todo) (fotos|vídeos|videos|contenido|nudes|imágenes|pack)
        (tus|todas tus) (fotos|vídeos|videos|nudes|imágenes|capturas|pack|packs) ... (familia|jefe|padres|novio|marido|amigos|internet|madre|esposo|redes|trabajo)
        (le|les) (voy a )?(diré|decir|digo|enseñar|enseño|mandaré|mandar|contar|contaré|cuento|enviaré|mostraré|mostrar) (todo |esto |tus fotos )?(a tu|a tus) (familia|padres|jefe|novio|marido|madre|amigos|esposo)
        (vas a|me las vas a) (pagar|lamentar|arrepentir*|pagarlo|lamentarlo|sufrir)
        (lo vas a|lo) (lamentarás|pagarás|lamentar|pagar) (caro)?
        (chantaj*|extorsion*)
        (ten cuidado|cuídate) (o|porque te|que te)
        (estoy) (afuera|fuera|enfrente|delante|en la puerta) de (tu|la puerta de tu) (casa|piso|edificio|apartamento)
        (mátate|muérete|ojalá te mueras|deberías morir*)
    """,
    "medical": """
        (dolor en el pecho|dolor de pecho|me duele el pecho|infarto|no puedo respirar|derrame cerebral|convulsión|convulsiones|reacción alérgica|me desmayé)
        duele ... (el pecho|el corazón|el brazo izquierdo)
        (toso|escupo|vomito|vomitando|tosiendo|orino) sangre
        (cuántas|cuántos|qué dosis|cuánta) ... (pastillas|mg|miligramos|ibuprofeno|paracetamol|viagra|xanax|gotas|melatonina|insulina|tramadol|medicamento*)
        (puedo|debo|debería|tengo que|podría) (tomar|dejar de tomar|mezclar|combinar|suspender|tomarme|dejar) ... (pastillas|mg|ibuprofeno|paracetamol|viagra|medicamento*|antidepresivo*|antibiótico*|insulina|alcohol|xanax)
        (dejé|he dejado|dejo|suspendí) (de tomar )?(la|mi|mis|el|los) (medicación|medicamento*|antidepresivo*|pastillas|insulina|tratamiento)
        (tengo|tendré|puedo tener|tendría) (una )?(ets|its|cáncer|sida|vih|herpes|clamidia|gonorrea|infección|diabetes|depresión)<end>
        (puedo|podría|crees que) (estar|estoy|esté) embarazada
        (estaré|estoy) embarazada (o|será|crees)
        (qué|cuál) (medicamento|medicina|pastilla|pastillas|tratamiento|pomada) (puedo|debo|me|es|tomo)
        mis síntomas (son|incluyen)
        (es normal|es grave|es peligroso) (este|esta|tener|que me) ... (sarpullido|bulto|lunar|herida|dolor|sangrado|síntoma*)
    """,
    "legal": """
        (mi|un|al|con mi|con un|nuestro|el) abogado (te|va|se|dice|dijo|ya|para|contra|les|os|por)
        (hablar*|llamar*|contact*|consult*|voy|ir|contratar|hablé) (a |con |al )?(mi|un|una|nuestro) (abogado|abogada|bufete)
        (demandar*|te demando|os demando|denunci*|demanda judicial|juzgado*|tribunal*|acciones legales|vía legal|querella|orden judicial)
        (voy a ir|ir|llamar*|llamo|iré|avisar*|voy) (a |a la |con la )*(policía|guardia civil|fiscalía|consumo|profeco|autoridades)
        (policía) (te|va|ya|vendrá)
        (rgpd|protección de datos|derechos de autor|propiedad intelectual|hoja de reclamaciones|libro de reclamaciones|ley de protección)
        (borra|elimina|borrad|eliminen|borren|quiero que borres|quiero que borren|suprime) (todos |toda )?(mis|mi) (datos|información|cuenta|datos personales)
        (esto|eso) es (ilegal|delito|un delito|fraude fiscal|contra la ley)
        (reportar|reportaré|reporto) (tu|esta|esta) (cuenta|página|perfil)
    """,
    "refund": """
        (~reembols*|devolución|devolucion*|contracargo*|~chargeback*|retrocesión)
        (devuelv*|devolver*|devolv*|regres*|retorn*|reintegr*) (me |mi |el |todo |todo mi |todo el )*(dinero|plata|pasta|importe|pago|lana)
        (devuélveme|devuelvanme|devuélvanme|devolvedme|devuelveme)
        (quiero|necesito|exijo|recuperar) (de vuelta |que me devuelvan )?(mi|el) (dinero|plata|pasta|lana) (de vuelta|ya|ahora|de regreso)?
        (cobr*) (me )?(dos veces|doble|de más|sin permiso|sin autorización|otra vez|mal|indebid*)
        (dos veces|cobro|cargo|cargos|doble) (cobro|indebido|duplicado|no autorizado|no reconocido|desconocido|cargo|me cobr*)
        (cancelar|cancela|anular|dar de baja|darme de baja|cancelo|quiero cancelar|baja de) (mi|la|de la|de mi|el) ?(suscripción|subscripción|membresía|renovación|pedido|compra|pago)
        (estafa|estafador*|estafad*|timo|fraude|me timaron|me han timado|robo de dinero|me robaron|me han estafado|me estafaron)
        (mi|al|con el|con mi) banco (para|y|me|a|va|por|anul*)
        (pagué|compré|he pagado|he comprado|ya pagué|desbloqueé) ... (no|nunca|nada) (me |lo |he |se )*(lleg*|recib*|funciona*|abre|enviaste|mandaste|aparece|ve)
        (pago|tarjeta|transacción|cobro) (falló|rechazad*|no pasa|no funciona|fallido|denegad*)
    """,
    "private": """
        (dónde|donde|en qué calle|en qué barrio|en qué ciudad exacta*|en qué hotel|en qué zona) (vives|trabajas|estudias|te alojas|te hospedas|te quedas)
        (dónde|donde) (exactamente )(vives|estás|trabajas)
        (tu|la) (dirección|domicilio|ubicación|código postal|ubicación exacta)<end>
        (dame|dime|pásame|cuál es|mándame|envíame|comparte|quiero) (tu|la) (dirección|ubicación|domicilio|apellido)
        (cómo|cual es) (te llamas|tu) (de verdad|en realidad|realmente|en la vida real|nombre real|nombre verdadero|nombre completo|apellido)
        tu (nombre|apellido) (real|verdadero|completo|de verdad|de pila real)
        (qué|a qué|en qué) (escuela|universidad|gimnasio|hotel|empresa|calle) (vas|estás|trabajas|vives|estudias)
        (cómo se llama|cómo se llaman) (tu|tus) (marido|novio|padres|hijos|madre|familia|hija|hijo)
        (tu|foto de tu) (dni|pasaporte|documento|matrícula|cédula)
    """,
    "meeting": """
        (podemos|podríamos|quieres|cuándo|queremos|puedo|vamos a|me gustaría|te gustaría|quisiera|quiero|deberíamos|si|a ver si|cuando|nos gustaría|podré) (tú |yo |nosotros |algún día |por fin |nos |te |que |un día )*(vernos|quedar|encontrarnos|conocernos en|conocerte en|reunirnos|verte en persona|visitarte|quedamos|ir a verte|invitarte a|recogerte|vemos en|juntarnos|salir contigo|salir juntos|tener una cita|quedar contigo|ir a tu casa|conocerte personalmente|cenar contigo|verte cara)
        (quedamos|quedemos|nos vemos|veámonos|nos juntamos) ... (cenar|comer|tomar|desayunar|almorzar|copa|café|persona)
        (quedamos|nos juntamos|nos encontramos) (en persona|en tu|en mi|un día|esta noche|mañana|para tomar|en la vida|hoy|en un|este finde|en algún|en el hotel)
        nos vemos (en persona|en tu|en mi|un día|para tomar|en la vida|en un|este finde|en algún|en el hotel)
        (en persona|cara a cara|en la vida real|en vivo y en directo) ... (conocer*|ver*|quedar|encontr*|cita)
        (conocer*|ver*|quedar|cita|encontr*|vernos) (contigo |nos )?(en persona|cara a cara|en la vida real|personalmente)
        (ven|vente|vengo|voy|iré|vienes|te invito) (a|hasta) (mi|tu) (casa|piso|hotel|ciudad|apartamento|habitación|departamento)
        (haces|ofreces|das) (encuentros|citas|escort|servicio*|salidas|presencial*)
        (tener|una|tengamos) cita (contigo|en persona|real|conmigo)
    """,
    "off_platform": """
        (~transferencia*|cuenta bancaria|datos bancarios|número de cuenta|efectivo|tarjeta regalo|tarjetas regalo|tarjeta de regalo|tarjetas de regalo|mercadopago|mercado pago|~mercadopago|criptomoneda*|cripto|giro postal|clabe|oxxo|nequi|yape)
        (pagar|pago|pagarte|pagaré|te pago|enviarte|mandarte|te mando|te envío) (el |dinero |directo |todo |lo )*(directo|directamente|por fuera|en mano|por otro lado|aparte|por otra|en privado|dinero por)
        (tu|dame tu|pásame tu|cuál es tu|tu propio) (número|numero|teléfono|celular|móvil|correo|email|mail|whats|wasap|wsp|cel|numerito)
        (wasap|guasap|wsp|watsap|guatsap)
        (mi|este es mi) (número|teléfono|celular|móvil|correo|email) (es|personal)
        (tu|tienes|pásame tu|dame tu|tenes|cuál es tu|estás en|usas|pasame el|pásame) (un |una |cuenta de |cuenta en |el |tu )*(snap|~snapchat|insta|~instagram|~discord|kik|skype|facebook|face|onlyfans|ig)
        (escríbeme|escribeme|agrégame|agregame|búscame|añádeme|hablemos|hablamos|háblame|llámame|mándame|sígueme|seguimos|escribime|contáctame|pasamos) (mejor |un mensaje |hablando |a |al |la conversación )*(por|en|al|a|a mi|mi|de) (snap|~snapchat|insta|~instagram|~discord|kik|skype|facebook|signal|fuera|otra app|otro lado|otra plataforma|otra página|correo|privado de|teléfono|celular|móvil|ig)
        (fuera de|por fuera de|sin|saltar*|evitar) (fanvue|la plataforma|esta plataforma|la app|esta app|la página|esta página|la comisión|las comisiones)
        (por otro lado|por otra plataforma|por otra app|en otra app|en otra plataforma|más barato por)
    """,
    "injection": """
        (ignora*|olvida*|descart*|omite|sáltate|desobedece|elimina|sobrescribe|borra) (ya |por favor |ahora |de )*(todas |todos |todo |cualquier )*(las |los |tus |mis |la |lo )*(anteriores |previas |previos |antiguas )*(instrucci*|indicaci*|reglas|órdenes|directrices|directivas|restricciones|prompt*|filtros|programación|normas|limitaciones)
        (olvida|ignora) (todo )?(lo que )(te |has |se |hay )*(han |hayan |dijeron |dicho |enseñado |enseñaron |ordenaron |arriba |anterior )
        (ignora|olvida) todo lo (anterior|de arriba|previo)
        (muestra|muéstrame|enséñame|revela|repite|dime|escribe|imprime|copia|dame|pega|traduce|resume|cuéntame) (me )?(tu|tus|el|las|todas tus|todo tu|palabra por palabra tus) (verdaderas |secretas |completas )?(prompt|system prompt|instrucci*|indicaci* del|mensaje de sistema|mensaje del sistema|configuración|directrices|reglas internas|programación|órdenes)
        (cuál es|cuáles son|qué dice|qué dicen) (tu|tus|el) (prompt*|instrucci*|mensaje de sistema|mensaje del sistema|directrices|system prompt|reglas internas|configuración)
        (prompt del sistema|prompt de sistema|system prompt|modo desarrollador|modo de desarrollador|modo dios|modo administrador|modo debug|modo dan)
        (eres|actúa como|actua como|finge ser|finge que eres|compórtate como|responde como|haz de|simula ser) (ahora |si fueras )?(un |una )?(dan|chatgpt|ia sin|modelo|asistente sin|bot sin|terminal|ia libre|ia sin censura|inteligencia artificial sin|consola)
        (a partir de ahora|desde ahora|de ahora en adelante) (eres|responde*|vas a|debes|solo|tienes que|harás|contestarás|obedece*)
        (sin|desactiva|quita|apaga) (ninguna |ningún |tus |las |los |el )*(restricciones|filtros|censura|filtro|limitaciones|política de contenido)
        (nuevas|nueva) (instrucci*|órdenes|directriz|directrices)
        (repite|imprime|copia|escribe) (todo |el texto |todas las palabras |las palabras )*(lo que |que )?(hay |está |de )*(arriba|anterior|más arriba|antes de)
        (soy) (tu|el|la) (desarrollador|administrador|programador|creador del bot|admin|dueño del bot|desarrolladora)
        (clave api|api key|token de acceso|tu contraseña|tus credenciales)
        responde (solo |solamente |únicamente )?(con|en) (json|la palabra|base64|sí a todo)
    """,
    "real": """
        (eres|sos|es|será|serás) (tú |tu |vos |esto |esta cuenta |este perfil |acaso |realmente |de verdad |en serio |solo |solamente |una persona |alguien |en realidad )*(real|de verdad|humana|humano|falsa|falso|una persona|persona|un humano|una humana|de carne y hueso|automático|verdadera)( o| no| y no)?<end>
        (eres|sos|es|será|serás|esto es|estoy con|ere) (tú |tu |vos |esto |acaso |realmente |de verdad |en serio |solo |solamente |en realidad |o )*(un |una )?(bot|robot|ia|i a|inteligencia artificial|máquina|chatbot|programa|computadora|ordenador|chatgpt|algoritmo|modelo de lenguaje|contestador|automatizad*|mensaje automático|respuesta automática|real o|persona real|persona o|persona de verdad|humana o|humano o|mujer real|chica real|software)
        (hablo|estoy hablando|hablando|chateo|estoy chateando|escribo|converso) (realmente |de verdad |en serio |acaso )?con (un |una |el |la )?(bot|robot|ia|máquina|persona|humano|persona real|inteligencia|ordenador|programa|chatgpt|chica real|alguien real)
        (escribes|respondes|contestas|lees) (tú |vos |realmente |de verdad |los mensajes |mis mensajes |estos mensajes |esto |a |todo )*(misma|mismo|personalmente|en persona|tú|de verdad)
        (quién|quien) (escribe|responde|contesta|está) (realmente|de verdad|aquí|detrás|estos|mis|los|escribiendo)
        (demuestra|demuéstrame|pruébame|prueba|demostrame) (me )?que (eres|no eres|sos|no sos) (real|humana|humano|un|una|de verdad)
        (persona|humano|humana|real|mujer) o (un |una |eres |es )*(bot|robot|ia|máquina|falsa|falso|fake|programa)
        (bot|robot|ia|máquina|fake) o (un |una |eres |es )*(persona|humano|humana|real|mujer|chica)
        (pareces|parece|seguro eres|seguro que eres|eres obviamente|creo que eres|sé que eres) (un |una )?(bot|robot|ia|máquina|chatbot|chatgpt)
    """,
    "person": """
        (hablar|comunicarme|contactar|que me atienda|pásame|ponme|pasame|comunícame) (me )?(con|a|por favor con)? ?(un |una |el |la |alguien |su )*(humano|humana|persona|agente|encargado|soporte|responsable|supervisor|persona real|de verdad|equipo|alguien de)
        (atención al cliente|servicio al cliente|soporte técnico|soporte de fanvue|servicio técnico)
        hablar (directamente |personalmente )?con (la creadora|el creador|ella|ella misma|la verdadera|la dueña)
        (quiero|necesito) (a )?(un humano|una persona real|un agente|soporte)
    """,
}

CLAIMS = """
    (soy|claro que soy|te juro que soy|por supuesto que soy) (yo )?(muy |totalmente |completamente |absolutamente |realmente |solo |100 |cien por cien |cien por ciento |de verdad )*(una |un )?(humana|humano|persona|persona real|mujer real|chica real|de carne y hueso|real|ser humano|hombre real|persona de verdad)<end>
    (soy|claro que soy|te juro que soy) (muy |totalmente |completamente |absolutamente |realmente |100 |cien por cien )*(una |un )?(persona|mujer|chica|humana|humano) (real|de verdad|de carne|humana|como tú|y no)
    (no soy|no es|aquí no hay|no hay|tampoco soy|nunca he sido|esto no es) (ningún |ninguna |un |una |nada de |para nada |en absoluto )*(bot|robot|ia|i a|máquina|chatbot|inteligencia artificial|programa|ordenador|computadora|modelo|bots|robots)
    (no|cero|0|ni) (un |una |soy un |soy una )?(bot|robot|ia|chatbot|máquina|bots|robots)<end>
    (100|cien por cien|totalmente|completamente) (por ciento |por cien )?(humana|humano|real|persona)
    (nada de|ningún|ninguna) (bot|bots|robot|robots|ia|máquina|máquinas)
    (soy yo|yo) (misma |mismo |quien |la que |el que |personalmente |en persona |de verdad )*(escrib*|respond*|contest*|tecle*|aquí|detrás)
    (escribo|respondo|contesto|leo) (yo |personalmente |todo |todos |los |mis |tus |mensajes |los mensajes |a |cada |mensaje )*(misma|mismo|personalmente|yo)<end>
    tan real como (tú|vos|la vida)
"""

PROMISES = """
    (podemos|podríamos|vamos a|me encantaría|quiero|claro que|nos|te|deberíamos|puedo|quisiera) (nos |que nos |sí |a |claro |pronto |algún día )*(vernos|quedar|veremos en persona|vemos en persona|encontrarnos|visitarte|conocerte en persona|quedamos|recojo|recogerte|ir a tu casa|ir a verte|salir contigo|tener una cita|vernos en persona|conocernos en persona)
    (ven|vente|voy|iré) a (mi|tu) (casa|piso|hotel|apartamento|ciudad|habitación)
    (mi|la) dirección es
    (vivo en la calle|vivo en el número|vivo en la avenida)
"""

FREE = """
    (gratis|gratuito|gratuita|descuento*|a mitad de precio|mitad de precio|rebaja*|sin costo|sin coste|de regalo|oferta especial|precio especial|por ciento de)
"""
