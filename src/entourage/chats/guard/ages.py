"""Signs that somebody is under eighteen: ages, classes at school, years of birth, in three languages. A pure rule.

In doubt it is a sign: a person looks. What counts something else ("15 minutes", "17 weeks") and how old things are is none.
"""

import re
from collections.abc import Sequence

from entourage.chats.guard import phrases
from entourage.chats.letters import plain, skeleton

ADULT = 18
_EIGHTEEN = ("18", "eighten", "achtzehn", "dieciocho")

_AGES = phrases.net(
    """
    (im|i am|iam|ima) (only |just |actually |really |like |basically |still |about |turning |a |already |now |not even )?<age>
    (im|iam|bin)<age>
    (i|just|ive|i just) turned <age>
    (shes|she is|hes|he is|theyre|they are) (only |just |about )?<age>
    my (age is|real age is) (only |just )?<age>
    (my )?(son|daughter|kid|child|boy|girl|sister|brother|niece|nephew|sis|bro) (is|turned|just turned|turns) <age>
    age <age>
    (who|that|who is|whos|someone|somebody|thats|anyone|being|be|guy|girl|boy|even if im|if im|if i was|since im|because im|coz im|cause im) (is |are |only |just |like |aged )*<age>
    (you|u|youre|ur|she|he) (look|looks|are|seem|seems|act|acts|sound|were|like)? ?(like )?(a |an |only |just |so |about |around )*<age>
    <age> (years|yrs|yr|year|y) (old|of age|young)
    <age> ?(yo|y o|yrs|yrold|yearold)
    <age> m or f
    (pretend|act|imagine|roleplay|play|pose|act like) ... <age>
    (ich bin|bin|bins|ich bins) (erst |gerade |noch |schon |jetzt |eigentlich |nur |grad |halt |aber |gerade erst )?<age>
    (werde|werd|wurde|wird) ... <age>
    (werde|werd|wurde|bin) (ich )?(bald |morgen |erst |heute |gerade )?<age>
    (sie|er|meine tochter|mein sohn|meine schwester|mein bruder) (ist|wird|wurde) (erst |gerade )?<age>
    <age> jahre? (alt|jung)
    <age> ?(jahrig*|j alt)
    alter <age>
    (du siehst aus wie|bist du|du bist|du warst|siehst aus wie|wirkst wie|jemand mit|jemanden mit|mit gerade mal) (erst |gerade |noch |nur |gerade mal )*<age>
    (jemand|jemanden|einen|eine|ein) (der|die|das) (erst |gerade )?<age> ist
    (bin|ich bin) (fast|beinahe|knapp|ungefähr|circa|ca) <age>
    tengo (solo |apenas |ya |casi |como )?<age> (anos|anitos)
    tengo<age>
    (cumpli|cumplo|voy a cumplir|tiene|edad de|mi edad es|acabo de cumplir) (solo |apenas |los |hace poco )?<age>
    soy de <age> (anos|anitos)
    (tienes|tengas|tenías|tuvieras|pareces de|aparentas|con|de|alguien de|alguien con) (solo |apenas |sólo |solamente )*<age> (anos|anitos)
    (mi hija|mi hijo|mi hermana|mi hermano) (tiene|cumple|cumplio) <age>
    """
)
_TENGO = re.compile(
    f"(?<![a-z0-9])tengo (?:solo |apenas |ya |casi )?{phrases.age()}(?= ?(?:[.,;!?)]|$| y | pero | aun| todavia| jaja| xd))"
)
_MEASURE = re.compile(
    r"[^a-z0-9]{0,2}(?:min\w*|h|hr|hrs|hours?|days?|weks?|months?|sec\w*|km\w*|miles?|cm|m|mm|met\w*|fet|fot|ft|inch\w*|kg|kilos?|pounds?|lbs?|"
    r"percent|prozent|por ciento|euros?|dol\w*|bucks?|cents?|points?|punkte?n?|puntos?|times|mal|veces|uhr|am|pm|stunden?|tagen?|wochen?|monaten?|"
    r"horas?|dias?|semanas?|meses|minutos?|grad|degres?|bers?|bier\w*|cervezas?|pages?|seiten|out of|von|de cada|th|st|nd|rd|more|mesages?|fotos?|photos?|pics?|videos?|"
    r"trabaj\w*|siguiend\w*|casad\w*|viviend\w*|esperand\w*|de experiencia|juntos|years? (?:in|into|with|older|younger|sober|ahead|behind|late|ago|clean|married|apart|strong)|"
    r"jahren? (?:alter|junger|mit|verheiratet|zusammen|dabei|clean|trocken|im)|"
    r"an(?:os|itos) (?:trabaj\w*|de experiencia|siguiend\w*|con|casad\w*|sin|en|viviend\w*|juntos|mas|menos|esperand\w*))(?![a-z])"
    r"|^ ?[%$€£/:°.,]\d|^ ?[%$€£/:°]"
)
_THINGS = re.compile(
    r"\b(?:cats?|dogs?|car|song|movie|film|lied|auto|hund\w*|katze\w*|kater|laptop|phone|handy|house|haus|shirt|jacket|jacke|acount|account|konto|video|pc|bike|horse|"
    r"pferd|guitar|gitarre|whisk?e?y|wine|wein|scotch|rum|couch|sofa|gato|gata|coche|cancion|pelicula|casa|game|spiel|jugo|sneakers|level|top)\b"
)
_SIGNS = phrases.net(
    """
    ~underage*
    under age
    (under|below|younger than|less than|not|not yet|not even|im not|isnt|almost|nearly|soon|turn|turning|turned not|will be|til im|until im|before im) (yet )?(18|eighteen)
    (im|i am|being|as|still) (technically |actually |basically |still |kinda )?(a )?minor
    (im|i am) not (yet )?(of age|legal|an adult)
    not legal yet
    jailbait
    barely legal
    <age>th grade*
    (sixth|seventh|eighth|ninth|tenth|eleventh|6th|7th|8th|9th|10th|11th) (grade*|class)
    (middle|elementary|primary|junior high) school
    (im|i am|still|am) (still |currently )?(in|at) (high ?school|school)
    (my|our|the) (math teacher|maths teacher|principal|classmates|school bus|math class|maths class|science class|gym class|homeroom|detention)
    (in|during|have|after|skipping|doing my|finish my|did my) (math|maths|science|history|gym|english|biology|spanish)? ?(class|homework|detention|recess)
    my high ?school (teacher|homework|prom|class|friends)
    ~preteen*
    (tween|loli|lolita|lolis|shota)
    (school ?girl|school ?girls|school ?boy|schoolboys)
    (young|little|small|tiny) (girls|boys|child|children|kids)
    (a|like a|the) little (girl|boy)
    (child|kiddie) porn
    (pretend|act|imagine|roleplay|play|pose|dress) ... (child|kid|teen|teenager|minor|teenage girl|toddler|baby girl in school)
    (im|i am) (just |only |still )?(a )?(teen|teenager|kid|child)
    (my )?(mom|mum|mommy|dad|parents|teacher|teachers) (cant|must not|mustnt|shouldnt|cannot|dont|doesnt|wont|wouldnt) (know|find out|see|let me)
    minderjährig*
    nicht (mal )?volljährig*
    (noch )?(nicht|keine|unter|fast|bald|werde|erst mit) (mal |ganz |morgen |bald |im mai |nächstes jahr )?(18|achtzehn)
    werde ... (18|achtzehn)
    (in|gehe in|bin in) (der|die) (5|6|7|8|9|10|11|fünften|sechsten|siebten|achten|neunten|zehnten|elften)(te|ten)? klasse
    (fünfte|sechste|siebte|achte|neunte|zehnte|elfte) klasse
    (5|6|7|8|9|10|11) klasse
    (gehe|geh|muss|bin) (noch |gerade |morgen )?(zur|in die|in der) schule
    (bin|ich bin) (noch )?(ein |eine )?(schüler|schülerin|kind|teenager)
    schulmädchen
    (kleines|kleine|junges|junge) (mädchen|mädels|jungs|kind|kinder)
    (mama|mutter|eltern|papa|lehrer|lehrerin|mutti|vater) (darf*|dürfen|soll|sollen|erlaub*|merk*) ... (nicht|nichts|nie|fall|niemals) (wissen|sehen|erfahren|mitbekommen|merken|davon)
    (mama|mutter|eltern|papa|mutti|vater) (erlaub*|merk*|weiß|wissen) ... (nicht|nichts)
    (mein|meine|unser|unsere) (lehrer|lehrerin|mathelehrer*|klassenlehrer*|klassenkameraden|mitschüler*|schulfreund*)
    (hausaufgaben|klassenarbeit|mathestunde|schulaufgabe|schulhof|nachsitzen|zeugnis bekommen|große pause)
    (soy|siendo) (una? )?menor*
    menor* de (edad|18|dieciocho)
    (no|no tengo|aún no|todavía no|casi|cumplo|aún no tengo|todavía no tengo|cumpliré|cumplir) (los )?(18|dieciocho)
    (no soy|aún no soy|todavía no soy) mayor de edad
    (estoy|voy|sigo) (en|a) (la |el |las |los )?(secundaria|primaria|eso|instituto|colegio|prepa|preparatoria|cole|escuela)
    (segundo|tercero|cuarto|primero) de (la )?(eso|secundaria|primaria)
    (colegiala|colegialas|niñita|niñitas|nenas pequeñas|niña pequeña|niñas pequeñas)
    (soy|como) (una? )?(niña|niño|adolescente|nena|cría)
    (mi|mis) (profe|profesora de|profesor de|compañeros de clase|deberes|tarea de)
    (mi|mis) (mamá|madre|padres|papá|profesor|profesora) no (puede|pueden|debe|deben|tiene que|tienen que) (saber|enterarse|ver)
    """
)
_BORN = re.compile(
    r"(?<![a-z0-9])(?:born|geboren|jahrgang|bj|naci|nacid[oa]|baujahr)(?:[^a-z0-9]+(?:in|en|el|ano|im|jahr|am|on|de))*[^a-z0-9]+(?:[a-z0-9.]+ ){0,2}(20\d\d)(?!\d)"
)
_BORN_AFTER = re.compile(r"(?<![a-z0-9])(20\d\d)(?:er)?[^a-z0-9]+(?:geboren|born|kid|jahrgang|baby)(?![a-z])")


def sign(readings: Sequence[str], spelled: Sequence[str], year: int) -> str:
    """Return the first sign that somebody may be under eighteen in this `year`, or nothing."""
    return _age(readings) or _other(readings) or _SIGNS.find((), spelled) or _AGES.find((), spelled) or _birth(readings, year)


def _other(readings: Sequence[str]) -> str:
    for text in readings:
        for found in _SIGNS.open.finditer(text):
            if not (found[0].endswith(_EIGHTEEN) and _MEASURE.match(text[found.end() :])):
                return found[0]
    return ""


def _age(readings: Sequence[str]) -> str:
    for text in readings:
        for found in (*_AGES.open.finditer(text), *_TENGO.finditer(text)):
            before = text[max(0, found.start() - 25) : found.start()]
            if not _MEASURE.match(text[found.end() :]) and not _of_a_thing(before, found[0], text[found.end() : found.end() + 12]):
                return found[0]
    return ""


def _of_a_thing(before: str, said: str, after: str) -> bool:
    """Tell a thing's age: "my dog is", "a 12 year old whisky"; somebody who says "I am" is none."""
    if re.match(r"(?:i|im|iam|ich|bin|tengo)\b", said):
        return False
    first = re.match(r"[^a-z0-9]+[a-z]+", after)
    return bool(_THINGS.search(before) or (first and _THINGS.search(first[0])))


def _birth(readings: Sequence[str], year: int) -> str:
    for text in readings:
        for found in (*_BORN.finditer(text), *_BORN_AFTER.finditer(text)):
            if 0 <= year - int(found[1]) <= ADULT:
                return found[0]
    return ""


def named(draft: str) -> str:
    """Return what in a draft of ours is about somebody under eighteen: there, any age that young is one too many."""
    texts = [skeleton(plain(draft))]
    return _age(texts) or _other(texts) or _CHILDREN.find(texts)


_CHILDREN = phrases.net(
    """
    (only|just|erst|gerade mal|solo|apenas|aged|barely) <age>
    (teen|teens|teenager|teenagers|teenage|minors|preteen|jugendliche|teenies|adolescentes|menores)
    """
)
