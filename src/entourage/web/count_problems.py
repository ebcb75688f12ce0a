"""Why views could not be counted, as those say it who count: their sentences, for the catalogue."""

from typing import Final

from entourage.web.i18n import mark as _n

COUNT_PROBLEMS: Final = (
    _n("A key consists of plain letters, digits and signs. Copy it again, without what stands beside it."),
    _n("Apify answered with something that we do not understand."),
    _n("Apify did not finish in time (408): {said}"),
    _n("Apify does not accept the API key (401). Copy it again from console.apify.com, Settings, API & Integrations."),
    _n("Apify does not know this (404, {kind}): {said}"),
    _n("Apify refused the request ({status}, {kind}): {said}"),
    _n("Apify runs as much at once as the account allows: {said}"),
    _n("Apify wants money (402): the credit of the account is used up. {said}"),
    _n("No key is set up."),
    _n("The API key may not do this at Apify (403): {said}"),
    _n("What this run may cost is less than the actor takes: {said}"),
    _n("YouTube asks us to slow down."),
    _n("YouTube does not accept the API key. Copy it again from console.cloud.google.com, APIs & Services, Credentials."),
    _n("YouTube refused the request ({status}, {kind}): {said}"),
    _n("YouTube's 10,000 units of today are used up; new ones come at midnight in California."),
)
