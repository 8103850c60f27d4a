"""Everyday words: those that a question may have without asking for anything in particular. Pure.

"By what does Kestrel cut the cost" asks for a cost, whether or not an abstract says "cut"; "does Kestrel read music"
asks for music, and an abstract that has no music does not answer it. A word that stands here may be missing from a
paper without meaning that the paper does not treat what was asked. Judged by stems, so one form of a word is enough.
"""

from __future__ import annotations

import re

from rag.text.kin import ordinary
from rag.text.words import stem

_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
        accomplish according accuracy accurate achieve act add address adjust advantage affect aim allow almost alone
        already altogether answer anything apart appear apply approach arrive aside aspect attempt authors avoid away
        back base based basically batch become begin behave behaviour behind believe belong benefit besides bother
        bottom brief bring brought build buy calculate call carry case catch chance choice choose claim clever client
        collection combine comes company compared complete comprise concern conclusion concrete condition consider
        consist contain contribute control copy correct count couple cover create day deal decides decision deliver
        demand depend describe description design detail determine develop device difference difficult difficulty direct
        discover discuss do does doing done drawback draws drives drop each earn easier easily effect effort either else
        enable end enjoy ensure entire especially evaluated exact examine except exist expect expensive experience
        explain explanation exploit explore extract face factor failure fall fed feed feel fight figure fill final fine
        finish first fits fix fixes focus follow forget form former forward found fresh fully fun further gain gather
        gave general given goal goes going gone got grateful group grows guess guy half hand handle happen hardly have
        hear heart hello helped hey hi hides hint hope hour hurts ignore imagine improve included inclusion individual
        instance instead interest involved item job join judge just kept kind known knows lack last late later left let
        level lie light lighten like line live load long look lose loss mainly major make making manner mark maybe mean
        meant measure meet mention message met metric mind miss mistake mix modest moment money more mostly motivation
        moves name narrow nature near need normal note notice notion now object obtain obvious occur odd offer often
        once ones only open opinion opposite option ordinary other otherwise outcome outperform outside overall overcome
        overview own pair paper particular past pay people per performance picks picture piece pile place plan play
        please poor popular position practical precise prefer prepare present pretty previous probably problem proceed
        process promise proper propose prove provide pull push puts quality question quickly raise range rate rather raw
        reach react read ready real recent recommend refer regard related relatively rely remark remember remind remove
        repeat replace reply report researchers rest return reuse rise role rough round rule safe said say scale
        scenario score search second see seem select send separate serious serve sets settle several share short shown
        side sign significant similar since situation slow smart solution solves somebody someone something sometimes
        soon sort sound speak special specific split stage stand standard starts state stay step stick still stops
        straight strange strategy strength strong structure study subject substantial succeed success such suffer
        suggest suit suitable sum summarise summarize summary suppose sure surprising tackle take talk team tells tend
        term thank thing think thorough thought tiny tool top total touch tough toward tries trouble true trust trying
        turns typically understand unit unlike unusual used usually various vary view wait wants waste weak went wide
        willing win wish wonder word worked world worry worst write wrong
        """,
    )
)
_STEMS = frozenset(map(stem, _WORDS))


def everyday(word: str) -> bool:
    """Whether a word says nothing of what a question is about; a number alone does not either."""
    plain = word.strip(".'’").casefold().removesuffix("'s").removesuffix("’s")
    return plain in _WORDS or stem(plain) in _STEMS or ordinary(plain) or plain.lstrip("-").isdigit()
