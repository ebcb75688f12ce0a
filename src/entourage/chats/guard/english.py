"""What the guard looks for in English: phrases of `phrases`, for each reason. A pure rule."""

from collections.abc import Mapping

from entourage.chats.guard.reasons import Reason

DANGERS: Mapping[Reason, str] = {
    "self_harm": """
        ~suicid*
        (kill|killing|hang|shoot|drown|cut|cutting|hurt|hurting|harm|harming|end|burn|off|poison) (my self|myself)
        (~unalive|unaliving)( my self| myself)?
        ~selfharm*
        self harm*
        (end|ending|take|taking) (my (own )?life|it all)
        (want|wanna|wanted|going|gonna|ready|wish|need|rather|deserve|should) (to )?(just )?(die|be dead|not exist|disappear forever|never wake up)
        wish i (was|were) (dead|never born)
        (dont|do not|no longer|cant|didnt|not) (really )?(want|wanna) (to )?(live|be alive|exist|be here) (anymore|any more|any longer)
        (dont|do not) (want|wanna) (to )?(live|be alive|exist)
        (no|not any|any) (reason|point) (left )?(to live|in living|to be alive|to go on)
        (nothing|not) worth living
        life isnt worth living
        (better off|everyone would be better|world is better) (dead|without me|if i was gone|if i were gone)
        (jump|jumping) (off|from) (a|the) (bridge|roof|building|balcony)
        (slit|slitting|cut|cutting) my (wrist|wrists|arm|arms|veins)
        (swallow|swallowed|took|take|taking|swallowing) (all|all of|a whole bottle of) (my|the) (pills|sleeping pills|meds|tablets)
        overdose on
        (i|gonna|will|ill|wanna|want to|im about to) kms
        (say|saying|this is) (my )?(last )?goodbye forever
        this is (my )?(last|final) (message|goodbye)
        cant (go on|do this|take it) (like this )?anymore ... (die|goodbye|end|over)
    """,
    "threat": """
        (kill|murder|strangle|stab|shoot|rape) (you|u|ya|your family|your mom|your dog)
        (ill|i will|gonna|going to|i want to|wanna|could|can) (really |so )?(hurt|destroy|ruin|harm|punch|smash|find and hurt) (you|u|your life|your face|your career|your family)
        beat (you|u) (up|until|to death|senseless)
        (find|hunt) (you|u) (and|down|where|at home|myself|one day|irl|in real life)
        (i|ill|i will|gonna|im gonna) ... find (out )?where (you|u) live
        i (know|found) (out )?(where (you|u) (live|work|are|park)|your (address|house|home|real name|family|school))
        (watch|better watch) your back
        (youll|you will|ull|u will|you gonna|youre gonna|you are going to) (regret (this|it|that|ignoring|blocking)|pay for (this|it|that)|be sorry|suffer)
        (leak|post|expose|share|send|upload|publish|spread) (all )?(of )?(your|ur|these|those|the) (nudes|pics|photos|pictures|content|videos|screenshots|real name|private pics|address|stuff)
        (expose|dox|doxx|blackmail|swat|out) (you|u|your)
        (tell|show|send) (this )?(it )?(to )?(your|ur) (family|parents|boss|husband|boyfriend|mom|dad|employer|work|friends|school|wife) (about|what|who|everything|unless|your|the)
        (blackmail|blackmailing)
        (im|i am) (outside|at|in front of|watching) your (house|home|door|window|place|apartment)
        (throw|pour) acid
        (or else) (i|ill|you|youll)
        (you|u) (should|deserve to|better) (die|be dead|be raped|get raped)
        (kill|hang) (yourself|urself|your self)
        ~kysnow
        go die
    """,
    "medical": """
        (chest|left arm) (really |kinda |has been |is )*(hurts|hurting|pain|numb|stings|tight)
        (chest pain|chest hurts|cant breathe|heart attack|having a stroke|having a seizure|passed out|allergic reaction|anaphyla*)
        (coughing|throwing up|vomiting|spitting|peeing) (up )?blood
        (bleeding) (a lot|heavily|wont stop|and it)
        (how many|how much|what dose|which dose|what dosage|how many mg) ... (pills|tablets|mg|ibuprofen|xanax|viagra|paracetamol|meds|medication|insulin|melatonin|adderall|tramadol)
        (should|can|could|may) i (take|stop taking|mix|double|combine|skip) ... (pills|tablets|mg|ibuprofen|xanax|viagra|paracetamol|meds|medication|antidepressants|insulin|antibiotics|alcohol|tramadol)
        (stopped|stop|quit|off|forgot) (taking )?(my )?(meds|medication|antidepressants|insulin|antipsychotics|lithium)
        (do|could|might|did|have|got) (i|you think i) (have |got |has )?(an? )?(std|sti|chlamydia|herpes|hiv|cancer|diabetes|depression|gonorrhea|infection|concussion)
        (am|could|might) i (be )?(pregnant|having a miscarriage)
        (what|which) (medicine|medication|meds|drug|treatment|pills) (should|can|do|would) (i|you)
        (diagnose me|my diagnosis|medical advice)
        (is|are) (this|it|my|these) ... (rash|lump|mole|symptom|symptoms|wound|swelling) (normal|serious|dangerous|bad|cancer)
        my symptoms (are|is|got|include)
    """,
    "legal": """
        (my|a|our|the|your|contact|call|get|hire|by) (lawyer|lawyers|attorney|solicitor) (will|is|says|said|wants|contact*|about|against|to|has|and|on|now)
        (talk*|speak*|call*|contact*|get*|hear*|write|hire|hiring|heard) (to |with |from )?(a|my|our) (lawyer|lawyers|attorney|solicitor)
        (sue|suing) (you|u|your|fanvue|for|them|over)
        (take|taking|see|meet) (you|u) (to|in) court
        (legal action|lawsuit|court order|cease and desist|subpoena|restraining order|class action|press charges|pressing charges)
        (call|calling|tell|go to|going to|report*|contact*|filed|file|filing) ... (the )?(police|cops|fbi)
        police report
        (dmca|copyright) (claim|strike|takedown|notice|infringement)
        (delete|erase|remove|export|send me|give me) (all )?(of )?(my|the) (personal )?(data|information|account data|account)
        (gdpr|data protection|privacy law|subject access request)
        (report|reporting|reported) (you|u|your account|this account|this page|this) (to|for)
        consumer (protection|rights|agency)
        (against the law|this is illegal|thats illegal|breach of contract|terms of service violation|tax fraud)
    """,
    "refund": """
        (refund|refunds|refunded|~chargeback*)
        charge back*
        (money|cash|payment|coins|cents|dollars|euros|bucks|sub|subscription) back
        (dispute|disputing|reverse|reversing|block) (the|this|my|that) (charge|payment|transaction|purchase|order)
        (charged|billed|paid|debited) (me )?(twice|double|two times|again|three times|without)
        (double|unauthorized|unauthorised|wrong|unknown|strange|weird) (charge|charged|payment|billing)
        (cancel|cancelling|canceling|end|stop|terminate) (my|the|this) (sub|subscription|membership|renewal|auto renew*|payment|order)
        (im|was|got|been|being|feel|i feel|totally) (scammed|ripped off|defrauded|robbed)
        (is|its|are|this|what|total|such|youre|just|you are|ur) (you )?(a |this a )?(scam|scammer|fraud|ripoff|rip off)
        (scam|scamming) (me|people|account|page|artist)
        (call|calling|contact|contacting|tell|told|telling) my (bank|credit card*|card company)
        (never|didnt|did not|havent|not) (got|get|received|receive|deliver*) ... (i paid|paid for|i bought|bought|i ordered|ordered)
        (paid|bought|ordered|purchased|unlocked) ... (never|didnt|did not|havent|nothing) (got|get|received|receive|came|arrived|work*|open*|happened)
        (payment|card|transaction) (failed|declined|didnt go through|not working|problem|issue)
    """,
    "private": """
        (your|ur) (real|actual|full|legal|last|birth) (name|first name|last name|surname|identity)
        (whats|what is|give me|tell me|send me|need|want|know) (your|ur) (home |exact |real |street |work )?(address|surname|last name|location|zip code|postcode)
        where (do|does|did|u|you|exactly do|in the city do) (you|u )?(exactly |really |actually )?(live|work|park|go to school|study|sleep|stay) (exactly|at|now|in|irl)?
        where (do|exactly do|abouts do) (you|u) (exactly |really |actually )?(live|work|study|stay)
        where are (you|u) (right now exactly|exactly|staying)
        which (street|hotel|building|gym|neighborhood|neighbourhood|part of town|school|university|city exactly)
        what (street|hotel|building|gym|school) (do|are|is|did) (you|u)
        (who|what) (is|are|whats) your (husband|family|parents|kids) (name|names|called)
        (your|ur) (passport|license plate|ssn|social security|id card|employer|boss|workplace|daily route)
        (send|share|drop) (me )?(your|ur|a) (live )?location
    """,
    "meeting": """
        (can|could|lets|should|when|want to|wanna|would you|would love to|id love to|shall|if|will|we|to|please) (i |we |you |u )?(ever )?(actually |really |finally |please )?(meet up|meet irl|meet in|meet you in|meet for|meet at|meet sometime|meet each other|meet one day|meet tonight|meet tomorrow|meet this|meet offline|meet somewhere|hook up|hookup)
        (can|could|shall|should|when can|when do|if|when will|where can|where could) (we|i) (ever |actually |really |please |finally )?meet( you| u)?
        (see|meet|meeting) (you|u|each other) (in person|irl|in real life|face to face|offline|for real)
        (meet|date|see you|dinner|drinks|coffee|hang out|hangout|fun|us) (in person|irl|in real life|offline)
        meet (me|you|u|us|up) (at|for|tomorrow|tonight|next|this|irl|outside|after|near|downtown|halfway)
        (come|coming|fly|flying|drive|driving|travel|invite you) (over )?(to )?(my|your|ur) (place|house|home|apartment|hotel|room|city|town|door|flat)
        (pick you up|visit you|take you out|buy you a drink tonight|take you to dinner|take you on a date|fly you (out|in|over))
        (go|going) (out )?(on|for) (a|an) (real )?(date|dinner|drink|coffee) (with|tonight|tomorrow|together|sometime|irl)
        (are|r) (you|u) (available|free|up) for (a )?(meet*|date|dinner|escort*|real date|overnight|hookup)
        (escort|overnight|incall|outcall|girlfriend experience) (service*|rate*|price*|booking)?
        (hang out|hangout|dinner|drinks|coffee) with (you|u) (tonight|tomorrow|sometime|in person|one day|this)
        (im|ill be|i am|i will be) in (your|ur) (city|town|area|street|neighborhood)
    """,
    "off_platform": """
        (~paypal|~venmo|~cashapp|~zelle|~revolut|~westernunion|~moneygram|~skrill|~paysafecard|~bizum|~applepay|~googlepay|~payoneer)
        (cash app|apple pay|google pay|western union|wire transfer|bank transfer|bank account|bank details|bank acount|iban|routing number|sort code|gift card*|giftcard*|amazon card*|steam card*)
        (pay|send|tip|paid|transfer|buy|money|accept|take|do you take) (you |u |it |me )?(directly |money )?(in|with|via|by|through|over|using|on|to your)? ?(crypto|bitcoin|btc|eth|ethereum|usdt|tether|cash|check|bank)
        (~bitcoin|usdt|crypto wallet|wallet address|btc address)
        (~whatsapp|~telegram|~wickr)
        (whats app|wats app|watsapp|wassap|whatsap|watsap)
        (add|dm|message|text|write|hit|hmu|find|contact|follow|ping|call|reach|meet|talk|chat|switch|move|go|continue|speak) (me |you |u |us |to |up |on |over |it |via |your |my |this |the conversation )*(snap|~snapchat|insta|~instagram|ig|tg|~discord|kik|signal|skype|facebook|fb|messenger|twitter|imessage|facetime|viber|line|wechat|onlyfans|another app|other app|somewhere else|elsewhere|another site|another platform)
        (your|ur|got|have|has|are you on|r u on|you got|whats your|use|using) (a )?(own )?(snap|~snapchat|insta|~instagram|ig|tg|~discord|kik|skype|facebook|fb|facetime|onlyfans) ?(name|handle|account|user|username|id|is|too)?
        (your|ur) (phone |cell |mobile |private |personal )?(number|digits|phone number|email|e mail|mail address|cell)
        (my|this is my) (phone |cell |mobile |private )?(number|email|e mail|whats|snap) is
        (text|call) me (at|on|now|maybe|tonight|under)
        (outside|off|away from|without|around|bypass|skip|not through|not on|leave|avoid) (of )?(the )?(fanvue|this site|this app|this platform|the platform|the app|the site|the fees|fees)
        (pay|paying|buy|buying|cheaper|deal|private) (you )?(it )?(directly|privately|under the table|off the books|off site|offsite|off platform|outside)
    """,
    "injection": """
        (ignore|disregard|forget|override|bypass|skip|drop|overwrite) (all |any |every |absolutely )*(of )?(the |your |these |those |my )?(previous|prior|above|earlier|preceding|initial|original|system|existing|current|safety|developer|other)? ?(instruction*|prompt*|directive*|guideline*|guardrail*|rules|programming|training|system message|restrictions|constraints)
        (forget|ignore|disregard) (everything|all|anything) (you were|youve been|you have been|above|before|that was|i said you were) ?(told|said|taught|given|this)?
        (your|the|show|print|reveal|repeat|leak|output|display|hidden|whats) (me )?(your |the |entire |full |hidden |secret )*(system|initial|original|hidden|secret) (prompt|instruction*|message|directive*|rules|persona)
        (show|print|reveal|repeat|output|display|tell|give|paste|copy|translate|summarize|summarise|list|write|spell|send|encode) (me )?(out )?(all )?(of )?(your|the|every) (prompt|instruction*|guidelines|configuration|config|programming|system message|rules you*|rules word*|hidden text|context window|text above|words above|message* above)
        (what|which) (are|were|is|was) (your|the) (exact |original |secret |hidden )?(instruction*|prompt|system message|guidelines|rules you)
        (system prompt|prompt injection|jailbreak*|developer mode|dev mode|debug mode|sudo mode|god mode|admin mode|maintenance mode|~dan mode|do anything now)
        (you are|youre|u are|act as|acting as|become|pretend to be|pretend you are|respond as|behave as|roleplay as|simulate) (now )?(a |an |the )?(dan|chatgpt|gpt*|unrestricted|uncensored|unfiltered|jailbroken|different ai|ai without|ai with no|llm|language model|linux terminal|terminal|python interpreter|evil ai|developer|assistant without|assistant with no)
        (without|no|with no|have no|remove your|turn off|disable) (any )?(your )?(restriction*|filter*|guardrail*|content policy|safety|ethical guideline*|content filter*|moderation)
        (new|updated|additional|important) (system )?(instruction*|directive*|prompt) (for|follow|from|is|are|below|begin|now)
        (repeat|print|output|return|copy) (everything|all|the text|the words|all text|verbatim|what is|whatever is) (above|before|you were|verbatim|written|preceding|in your)
        (begin|start|end) (of )?(system|user|assistant|admin) (prompt|message|instruction*|override)
        (decode|decrypt) (this|the following|it) ... (follow|execute|do|obey|run|instruction*)
        (base64|rot13|hex) ... (decode|follow|execute|instruction*)
        (fanvue|openai|anthropic|system|admin|developer|moderator) (admin|staff|support|team|here|override|notice|message) ... (confirm|verify|send|reveal|provide|must|credentials|password|token|prompt|instruction*)
        (your|the) (api key|access token|password|secret key|credentials|training data|temperature setting|context window|token limit)
        (from now on|starting now|henceforth) (you|u|your) (will|must|are|only|have|shall|always|answer|respond)
        (im|i am) (your|the) (developer|creator of this bot|admin|administrator|programmer|operator|owner of this bot)
        (respond|reply|answer|say) (only )?(with|using) (only )?(json|the word|exactly|pwned|ok and|yes to everything|a base64)
        (im start|im end|endoftext|end of text|system override|sys override|inst)
    """,
    "real": """
        (are|r|is|am i sure|but are) (you|u|ya|this|this account|this chat|this profile|she) (even |actually |really |just |like |honestly |truly |by any chance |perhaps |maybe |possibly |secretly |all |for )*(real|human|fake|automated|a human|a fake)<end>
        (are|r|is) (you|u|ya|this|this account|this chat|this profile|she) (even |actually |really |just |like |honestly |truly |by any chance |perhaps |maybe |possibly |secretly |all )*(a |an |the |some )?(real|actual|fake|human|genuine) (human|person|girl|woman|man|being|or|at all|tho|though|lol|babe|account|profile|one|haha|right|and not|bot)
        (are|r|is) (you|u|ya|this|it|that|she) (even |actually |really |just |like |honestly |truly |by any chance |perhaps |maybe |possibly |secretly |all |some )*(a |an |the |some |some kind of |just a |just an )?(bot|chatbot|chat bot|robot|ai|a i|machine|computer program|computer|automated|chatgpt|gpt*|llm|language model|algorithm|script|autoreply|auto reply|program|software|answering machine)
        (you|u) (are|r) real right
        (am i|im i|i am|im) (really |actually |just |even )?(talking|chatting|speaking|texting|writing) (to|with) (a |an |the )?(real|bot|chatbot|robot|ai|a i|machine|computer|human|actual|person|program|chatgpt|gpt)
        (u|you|ur|youre|you are|u r) (a |an |just a |just an |obviously a |clearly a |totally a |probably a |definitely a )(bot|robot|ai|chatbot|machine|computer|program|real person|llm)
        (is|are) (this|these|that|your) (really |actually )?(messages |replies |texts |answers )?(really you|actually you|you writing|you typing|automated|auto generated|ai generated|written by|automatic)
        (are|is) (it|that|this) (really |actually )?(you) (writing|typing|texting|answering|replying|behind|talking)
        (who|what) (is|are) (really |actually )?(writing|typing|answering|replying|behind) (these|this|here|me|your|to me)
        (prove|proof) (that )?(you are|youre|u are|ur|that youre|to me you are|to me that you are) (not )?(a )?(real|human|bot|robot|ai|person|actually you|really you)
        (does|is|did) (someone|somebody|anyone|anybody|an agency|a team) (else )?(write|writes|writing|answer|answering|reply|replying|type|typing|do|doing|run|running|behind|chat*)
        (do you|does she|you|u) (even |actually |really |honestly |truly |personally |ever )*(write|type|answer|reply to) (these|this|your|me|messages) (messages )?(yourself|urself|personally)
        (is|are) (there )?(a )?(someone|somebody|agency|chatter|assistant|team|another person|other people) (else )?(writing|answering|typing|replying|behind|chatting)
        (human|real|person) or (a )?(bot|robot|ai|machine|fake|computer|not)
        (bot|robot|ai|machine|fake) or (a )?(human|real|person|girl|woman)
        (chatgpt|ai|bot|robot) (writes|wrote|is writing|is answering|answers|generated|typed) (this|your|these|for you|me)
    """,
    "person": """
        (talk|speak|chat|connect|transfer|write) (me )?(to|with) (a|an|the|your|real|actual|some) (real |actual |live |human )?(human|person|agent|manager|supervisor|support|someone real|real one|customer service|management|team)
        (let|get|give) me (a|to a|speak to a|talk to a|the) (real |actual |live )?(human|person|agent|manager|supervisor)
        (customer|technical|tech|fanvue) (support|service)
        (human|real person) (please|pls|now)
        (i want|i need|id like|want|need) (a|the|to speak to a|an actual|a real) (real |actual )?(human|support|manager|agent)
        (want|wanna|need|like) (to )?(talk|speak) (to|with) (a |the )?(real (you|her|creator|model)|creator|owner|model) (herself|himself|directly|personally)?
    """,
}

CLAIMS = """
    (im|i am|its|this is|youre talking to|you are talking to|talking to|chatting with|speaking with) (really |actually |totally |definitely |absolutely |very much |100 |only |just |of course |still )*(a |an |the |one )?(100 )?(percent )?(very )?(real|actual|living|human|flesh and blood|genuine|breathing|true) ?(person|human|human being|girl|woman|man|guy|me|one|deal|here|and not|being|and (alive|human|breathing))?
    (im|i am|its|this is|i swear im|there is|theres|definitely|promise im|am) (really |actually |totally |definitely |absolutely |certainly |of course |100 )*(not|no) (a |an |some )?(bot|robot|ai|a i|chatbot|chat bot|machine|computer|program|artificial*|automated|script|llm|chatgpt|language model|fake|software)
    (im|i am) (a )?(human|real)
    (not|no|never|zero|0) (a |an )?(bot|robot|ai|a i|chatbot|chat bot|machine|bots|robots)<end>
    (100|hundred percent|percent|totally|fully|completely|entirely|all) (percent )?(human|a human|real person|real human|real me|real girl|real woman)
    (really|actually|truly) me (here|writing|typing|texting)
    (just|only) (a |an )(real |normal |actual )?(human|person|woman behind|girl behind)<end>
    (no|not a|never a|aint a|aint no) (bot|bots|robot|ai|chatbot|machine) (here|involved|answering|writing|babe|at all|i promise|just me|only me|its me)
    (its|it is|this is) (really |actually |only |just |truly |100 percent )*me (typing|writing|here typing|behind|answering|texting|personally|myself|in person)
    (i|i do|i always|i really) (personally )?(write|type|answer|reply to|read) (all |every |each )?(of )?(these|this|my|the|every|you|your)? ?(messages|message|replies|texts|chats)? ?(myself|personally|by hand)
    (human|real|real person) (here|behind)( this)?
    as real as (it gets|you)
"""

PROMISES = """
    (lets|we can|we could|we should|i can|i could|i will|ill|id love to|i would love to|i want to|cant wait to|we will|well|happy to|sure we can|can we) (totally |definitely |really |soon |maybe )?(meet|hook up|hookup|hang out in person|come over|come to your|visit you|see you in person|go on a date|go out together|pick you up|fly to you|have dinner)
    (meet|see) (you |u |each other )?(in person|irl|in real life|face to face|offline)
    (come|fly|drive) (over )?to my (place|house|home|apartment|hotel|city)
    (my|the) (home |hotel |street )?address is
    i live (at|on|in the|near the)
    (im|i am|ill be) (staying )?at the ... hotel
"""

FREE = """
    (for|its|completely|totally|all) free
    (half price|half off|discount*|special price|special offer|promo code|coupon)
    (free of charge|no charge|on the house|without paying)
    (percent|pct) off
"""
