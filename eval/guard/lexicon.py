"""Names by kind, for swapping one with another of its kind, and the system that a paper is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from rag.models import Paper
from rag.text.sentences import sentences

_KNOWN: dict[str, tuple[str, ...]] = {
    "model": (
        *("BERT", "BERT_BASE", "BERT_LARGE", "GPT", "GPT2", "GPT_BASE", "GPT-3.5", "GPT-3.5-turbo", "GPT-4", "GPT-4o"),
        *("ChatGPT", "Claude", "Claude 3 Opus", "Mixtral 8x7B", "Mixtral 8x7b", "Llama 2", "Llama 3", "Llama3"),
        *("Llama-2-7B", "Llama-3.1-70B", "CodeLlama-7B", "Mistral-7B", "Llemma-7B", "MobileLlama", "Vicuna-13B"),
        *("OPT", "CodeBERT", "GraphCodeBERT", "UniXcoder", "CodeGen", "CodeT5", "Codex", "StarCoder", "StarCoder2-3B"),
        *("StarCoderBase-3B", "WizardCoder", "Phi-1.5-1.3B", "Phi-4", "DeepSeek-R1", "DeepSeek-R1-Distill-Qwen-32B"),
        *("DistilBERT", "RoBERTa", "mBART", "BART", "T5", "HuBERT", "WavLM", "CLIP", "DNABERT", "StackBERT", "MSLT"),
        *("Nucleotide Transformer", "ColBERT", "KGP-LLaMA", "PICARD", "FloatLM 830M", "FloatLM 3.9B", "TriLM 3.9B"),
        *(
            "RETRO",
            "RETRO++",
            "Retro 48B",
            "SOBertBase",
            "SOBertLarge",
            "HingGPT",
            "BinT5",
            "BERTScore",
            "llama-2-chat",
        ),
    ),
    "data set": (
        *("GLUE", "GLUECoS", "SUPERB", "HumanEval", "HumanEval+", "MBPP", "Spider", "TransCoder", "GSM8K", "Alpaca"),
        *("C4", "RedPajama-V2", "FineWeb", "FineWeb-Edu", "DCLM", "OpenWebMath", "CommonCrawl", "ImageNet", "UFET"),
        *("CNN/DailyMail", "WMT16 En-Ro", "MSMARCO", "TREC 2019", "TREC 2020", "GUE", "BigCodeBench", "Lambada"),
        *("PennTreeBank", "Pile", "Dolma", "Slim-pajama", "PubMed", "Natural Question", "LM Evaluation Harness"),
        *("FollowRAG", "CAPYBARA", "BioASQ", "Wikipedia", "L3Cube-HingCorpus", "L3Cube-HingLID", "SQuAD", "MNLI"),
    ),
    "metric": (
        *("BLEU", "BLEU-4", "ROUGE", "EM", "R1", "F1", "QE-F1", "MAP", "IoU", "Adjusted Rand Index", "Precision Omega"),
    ),
    "measure": ("accuracy", "perplexity", "recall", "latency", "throughput"),
    "technique": (
        *("BM25", "KMeans", "QLoRa", "FlashAttention", "ALiBi", "Byte Pair Encoding", "Belief Propagation"),
        *("Nucleus Sampling", "Greedy Decoding", "Chain-of-Thought", "Stochastic Beam Search", "contrastive learning"),
        *("Gumbel-Top-k", "masked language modeling", "Model Reprogramming", "k-mers", "knowledge distillation"),
        *("Sequential Integration Fusion", "Sketch Filling Fusion", "Manifold Instance Mixup", "breadth-first search"),
    ),
    "language": ("Python", "C++", "Java", "SQL", "JavaScript", "Rust"),
    "tongue": ("English", "Hindi", "German", "Chinese"),
    "place": ("GitHub", "Twitter", "AWS", "Huggingface Hub", "Sogou", "Tencent Video", "QQ World", "StackOverflow"),
}
KINDS = ("system", *_KNOWN)

# A name by its shape: a capital after the first letter, or letters with digits or signs.
NAME = r"(?:[A-Za-z]+[\w+^.-]*(?:[A-Z0-9]|\^)[\w+^-]*\+*|[A-Z][\w^-]*\+\+)"
_CUES = (
    ("data set", re.compile(rf"(?<![\w-])({NAME}) (?:data ?sets?|benchmarks?|corpus|leaderboard)\b")),
    ("model", re.compile(rf"(?<![\w-])({NAME}) (?:base )?(?:models?|baselines?)\b")),
)
# What looks like a name but is an abbreviation of an ordinary phrase, and names nothing that could be swapped.
_NO_NAMES = frozenset(
    (
        *(
            "LM",
            "LMs",
            "LLM",
            "LLMs",
            "NLP",
            "NLU",
            "NLG",
            "RAG",
            "AST",
            "ASTs",
            "DNA",
            "RNA",
            "GPU",
            "GPUs",
            "QA",
            "SOTA",
        ),
        *(
            "PL",
            "NL",
            "SO",
            "MLM",
            "AI",
            "API",
            "IR",
            "CNN",
            "CNNs",
            "RNN",
            "ML",
            "ICL",
            "PLM",
            "PLMs",
            "CodePTM",
            "PTM",
        ),
        *(
            "CodePTMs",
            "PTMs",
            "SD",
            "EM",
            "LLP",
            "VLP",
            "BPE",
            "AutoML",
            "OOD",
            "NER",
            "LID",
            "CDR",
            "BNN",
            "BNNs",
            "PE",
        ),
        *("text-to-SQL", "i.e", "e.g", "code-PTM", "PLs", "KV", "COMPUTE", "GPU-", "seq2seq", "Seq2seq"),
    )
)


@cache
def occurrence(name: str) -> re.Pattern[str]:
    """A pattern that finds `name` standing alone: no `HumanEval` in `HumanEval+`, no `BERT` in `BERT-style`."""
    # A full stop may end the sentence after a name, but `Llama-3` is not to be found in `Llama-3.1`.
    return re.compile(rf"(?<![\w+^/-])(?<!\w\.){re.escape(name)}(?![\w+^/]|-\w|\.\d)")


@cache
def same_name(one: str, other: str) -> bool:
    """Whether two spellings name one thing: `Llama 3` and `Llama3`, `RETRO` and `Retro`."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


def names_by_kind(papers: Iterable[Paper]) -> dict[str, str]:
    """Every name that can be swapped in these papers, with its kind; known names, systems and names with a cue."""
    found: dict[str, str] = {}
    papers = tuple(papers)
    text = "\n".join(f"{paper.title}\n{paper.abstract}" for paper in papers)
    for kind, known in _KNOWN.items():
        found |= {name: kind for name in known if occurrence(name).search(text)}
    for kind, cue in _CUES:
        for name in cue.findall(text):
            # In "two-stage" or "8-bit model" the shape deceives: a name has a capital.
            if name not in _NO_NAMES and any(c.isupper() for c in name) and not name.endswith(("-based", "-like")):
                found.setdefault(name, kind)
    for paper in papers:
        system = system_of(paper)
        if system is not None:
            found.setdefault(system, "system")
    return found


# Systems of the sample corpus whose names the rules below miss or mistake.
_SYSTEMS = {
    "Empowering Large Language Models to Set up a Knowledge Retrieval Indexer via Self-Learning": "PG-RAG",
    "Parallel Speculative Decoding with Adaptive Draft Length": "PEARL",
    "Model-Agnostic Syntactical Information for Pre-Trained Programming Language Models": "CodeBERTER",
    "Teaching Large Language Models to Self-Debug": "Self-Debugging",
    "Comments as Natural Logic Pivots: Improve Code Generation via Comment Perspective": "MANGO",
    "Towards Efficient Fine-tuning of Pre-trained Code Models: An Experimental Study and Beyond": "Telly",
    "Deep Entity Matching with Pre-Trained Language Models": "Ditto",
    "Towards Cross-modal Backward-compatible Representation Learning for Vision-Language Models": "XBT",
    "Demystifying CLIP Data": "MetaCLIP",
    "D-CPT Law: Domain-specific Continual Pre-Training Scaling Law for Large Language Models": "D-CPT Law",
    "Evaluating Protein Transfer Learning with TAPE": "TAPE",
    "Extending Source Code Pre-Trained Language Models to Summarise Decompiled Binaries": "BinT5",
    "Superposed Decoding: Multiple Generations from a Single Autoregressive Inference Pass": "Superposed Decoding",
    "Turning Trash into Treasure: Accelerating Inference of Large Language Models with Token Recycling": (
        "Token Recycling"
    ),
    "Learning from Label Proportions: Bootstrapping Supervised Learners via Belief Propagation": None,
    "Hardware-Aware Parallel Prompt Decoding for Memory-Efficient Acceleration of LLM Inference": "PPD",
    "Cross-Scale Context Extracted Hashing for Fine-Grained Image Binary Encoding": "CSCE-Net",
    "Predictive Data Selection: The Data That Predicts Is the Data That Teaches": "PreSelect",
    "Future Token Prediction -- Causal Language Modelling with Per-Token Semantic State Vector for Multi-Token "
    "Prediction": "FTP",
    "Enhancing Domain-Specific Retrieval-Augmented Generation: Synthetic Data Generation and Evaluation using "
    "Reasoning Models": None,
    "L3Cube-HingCorpus and HingBERT: A Code Mixed Hindi-English Dataset and BERT Language Models": "L3Cube-HingCorpus",
}
_BEFORE_COLON = re.compile(r"^([^\s:][^:]{0,48}?):\s")
_IS_A = re.compile(
    r"^(?:The )?((?:[A-Z][\w+^-]*|[a-z]\w*[A-Z]\w*)(?: [A-Z][\w+^-]*){0,4})(?: \(([\w+^-]+)\))?"
    r"(?:, [^.,]{3,90},)? is (?:a|an|the) "
)
_COINED = re.compile(
    rf"\b(?:propos\w+|present|introduc\w+|develop|call(?:ed)?|named?|termed|namely|dubbed)\s+"
    rf"(?:a |an |the |our )?({NAME})"
)
_IN_BRACKETS = re.compile(rf"\b(?:propos|present|introduc|develop)\w*\s[^.()]{{5,160}}\(({NAME})\)")


def system_of(paper: Paper) -> str | None:
    """The name of the system, data set or method that the paper brings, None where the rules find none.

    In this order: the name before the title's colon; the subject of a sentence that says what something is
    (`CoTTA is a …`); what is proposed by name; an abbreviation in brackets behind what is proposed.
    """
    if paper.title in _SYSTEMS:
        return _SYSTEMS[paper.title]
    titled = _BEFORE_COLON.match(paper.title)
    if titled is not None and " " not in titled[1] and len(titled[1]) > 2:
        return titled[1]
    defined = (_IS_A.match(sentence.text) for sentence in sentences(paper.abstract))
    candidates = [found[2] or found[1] for found in defined if found is not None]
    candidates += _COINED.findall(paper.abstract) + _IN_BRACKETS.findall(paper.abstract)
    return next((name for name in candidates if _is_system(name, paper)), None)


def _is_system(name: str, paper: Paper) -> bool:
    if name in _NO_NAMES or name in _KNOWN["model"] or re.search(r"[A-Z]s$", name):
        return False
    return bool(re.fullmatch(NAME, name)) or occurrence(name).search(paper.title) is not None


def with_article(text: str) -> str:
    """`text` with `a` and `an` mended before names that start with a letter spoken alone or a vowel."""
    return re.sub(r"\b([Aa])n? (?=([A-Za-z][\w+^-]*))", _article, text)


def _article(match: re.Match[str]) -> str:
    word = match[2]
    spoken = len(word) > 1 and word[:2].isupper() and not re.search(r"[AEIOU]", word[1:4])
    vowel = word[0] in "AEFHILMNORSX" if spoken else word[0].casefold() in "aeio" or word[:2].casefold() in ("un", "ul")
    if not any(c.isupper() for c in word):
        return match[0]  # ordinary words are left as their author wrote them
    return f"{match[1]}{'n' if vowel else ''} "
