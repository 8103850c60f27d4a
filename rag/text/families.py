"""The families of words that `rag.text.kin` knows: for the language of abstracts, and how else people say it. Data.

A line a family, its members between commas; a member may have several words. A word may be in several families. Plurals
and other forms are found by their stem and need not stand here.
"""

from __future__ import annotations

FAMILIES = """
language model, llm, chatbot, text generator, gpt, assistant
network, neural network, model, transformer, net
parameter, weight
accuracy, acc
checkpoint, ckpt
performance, perf
programming language, lang
configuration, config
vector, embedding, representation, feature
token, subword, word piece
tokenizer, tokenization, tokenize, tokens, vocabulary, byte pair encoding, bpe, byte-pair, k-mer
context, prompt, input length, context window
position, positional encoding, alibi
mixture of experts, moe, experts
recurrent, rnn, lstm

binary, binarized, binarization, 1-bit, one-bit, binarize, bit
ternary, three-valued, ternarized
quantization, quantized, low-bit, low-precision, compression, compressed, compress, binarization, binarized
full precision, float, fp16, half-precision, 16-bit, floating-point, unquantized, full model
pruning, prune, sparse, sparsity

cost, price, expensive, cheap, affordable, budget, money, dollars, expense, spend, costly, inexpensive
fast, faster, quick, quickly, speed, speedup, accelerate, acceleration, latency, slow, runtime, shorten
memory, mem, footprint, storage, space, disk, ram
compute, computation, computational, flops, operations, processing power
efficient, efficiency, cheap, lightweight, economical, lean, save, saving
gpu, hardware, graphics card, card, accelerator, a100, chip
phone, mobile, smartphone, edge device, edge, device, on-device
speculative decoding, speculative, draft, drafting, guess, look ahead
verify, verification, validate, check, accept, acceptance
decoding, generation, inference, generate, decode
parallel, at once, simultaneously, concurrently, side by side
recycle, reuse, cache, store, keep, remember, leftover, discard
wait, waiting, stuck, idle
stop, terminate, halt, end, cease

fine-tuning, fine-tune, tuning, finetuning, adaptation, adapt, specialise, specialize
adapter, add-on, plug-in, module, insert, inserted, small module
freeze, freezing, frozen, fixed, untouched, unchanged
label, labelled, labeled, annotated, annotation, annotate, hand-labelled
pseudo-label, pseudo label, self-training, predicted label, prediction
unlabelled, unlabeled, raw, unannotated
semi-supervised, self-training, partly labelled
self-supervised, unsupervised, without labels
label proportions, bag, aggregate, group
contrastive, contrast, contrasting
augmentation, augmented, augment, variant, perturbed, perturbation, transformed, synthetic
noise, noisy, mismatch, mismatched, misaligned, wrong pairs, incorrect
forgetting, forget, forgotten, unlearn, lose, retain
drift, shift, changing, change, continual, continually, test-time, environment, surroundings
robust, robustness, attack, adversarial, fragile, brittle, stable, stability, perturbation
teacher, student, distillation, distil, distill
curriculum, easy to hard, progressive, gradually, phases, stages
scaling law, scaling, law, extrapolate, forecast, predict
mixture, mix, mixing, blend, ratio, proportion, interpolation
domain-specific, domain, specialist, specialized, specialised, field, area, subject
continual pre-training, continue, continued, further pre-training
from scratch, scratch
reset, restore, revert, recover
average, averaged, ensemble
initialization, initialise, initialize, reuse, transfer, inherit, warm start

dataset, corpus, collection, data
clean, cleaning, filter, filtering, refine, refinement, curate, curation, curated, quality, selection, select
pick, choose, choice, select, selection, selected, extract, decide
paraphrase, paraphrased, rephrase, rephrasing, rewrite, rewriting, reword, restate
synthetic, generated, artificial, machine-generated, made-up
web, internet, online, crawled, scraped, crawl
human, people, person, expert, manual, hand, handmade, handcrafted, human-crafted, rule-based, annotator
company, industry, industrial, commercial, enterprise, firm, business
customer, user, client, user-generated, consumer
low-resource, scarce, scarcity, few-shot, limited, little data
few-shot, few examples, handful, small number
zero-shot, unseen, without examples, never seen

benchmark, yardstick, testbed, test suite, leaderboard, test bed
metric, measure, score, evaluation
baseline, competitor, rival, opponent, alternative
state-of-the-art, sota, best published, best known, strongest, leading
beat, outperform, surpass, exceed, better, superior, ahead, win, best
good, well, strong, competitive, excellent, remarkable
struggle, fail, poor, weakness, wrong, bad, difficult, problem, challenge, lag, drawback, shortcoming, limitation
help, benefit, improve, improvement, gain, useful, effective, increase, boost, enhance
cut, reduce, reduction, shrink, save, saving, decrease, lower, fewer, smaller, less, drop, shorten, lessen, lighten
diverse, diversity, varied, variety, variation
same, equal, equals, match, comparable, similar, on par, keep up, preserve, retain
lag, behind, worse, inferior, fall short, fall behind, underperform, trail
calibrated, calibration, confidence, uncertainty, prediction set, guarantee
mistake, error, bug, fault, flaw
fix, correct, repair, correction, debug, debugging, mend
lose, loss, losing, drop, degradation, degrade, decline
avoid, prevent, alleviate, mitigate, eliminate, overcome, remove, remedy, counter, against, tackle, stop, fight

retrieval, retrieve, search, look up, lookup, fetch, find, retriever, looked-up
retrieval-augmented, rag, retrieval-augmented generation, looked-up, context-augmented
rank, ranking, re-rank, rerank, re-ranking, order, grade, sort
index, indexing, index structure, store
document, passage, text, article, page
hash, hashing, hamming, binary code
backward-compatible, compatible, upgrade, backfilling, update, migrate, re-embedding
recompute, re-computing, backfilling
knowledge graph, graph, pseudo-graph, mind map
relevance feedback, pseudo-relevance, prf, feedback
chunk, chunking, passage, split, segment
hallucination, made-up, unsupported

code, coding, program, programming, software, source code, coder
write, generate, generation, produce, create
ast, abstract syntax tree, parse tree, syntax tree, syntactic, syntax, grammar, grammatical
data flow, dataflow, data-flow, value
identifier, variable, naming, name, variable name
comment, remark, docstring, documentation, explanation, annotation
summarise, summarize, summarization, summary, describe, condense, condensed, digest
decompiled, decompile, binary, executable, machine code, reverse engineering, stripped, disassembled
runtime, run-time, execution, dynamic, executable, run, trace
clone, clone detection, duplicate
vulnerability, security, threat, attack, malware, malicious, weakness
api, library, interface
probe, probing, inspect, look inside, interpret, reveal, know, knowledge, quiz
repository, github, repo
stack overflow, developer forum, so, q&a
translate, translation, translating, port
unit test, test case, test

dna, gene, genetic, genome, genomic, genomics, nucleotide, hereditary
rna, ribonucleic acid, ribonucleic, transcript, nucleotide
protein, antibody, amino acid, peptide
antibody, antibodies, immune, immune system, antigen
species, organism, multi-species
metagenomic, metagenomics, wastewater, sewage, microbiome
pandemic, pathogen, virus, outbreak, epidemic, disease, biosurveillance
molecule, molecular, chemical, compound, chemistry, reactant
retrosynthesis, synthesis, reactant, reaction, precursor
medicine, medical, biomedical, clinical, health, doctor, patient
biological, biology, life science, dna, rna, protein, genome, genomic

image, vision, visual, picture, photo, photograph
image-text, cross-modal, vision-language, multimodal, multi-modal, caption, text-image
caption, captioning, text
segmentation, segment, pixel
classification, classify, classifier, categorise, categorize, category
speech, spoken, audio, voice, utterance, sound, acoustic
topic, theme, subject

multilingual, cross-lingual, translation, code-mixed, code-switching, languages
code-mixed, code-mixing, hinglish, mixed language, code-switching
hashtag, topic tag, tag
twitter, tweet, social, microblog, social media, post
mainstream, popular, trending, common
propaganda, disinformation, misinformation, spin, slant, biased
backdoor, trojan, poisoning, poisoned, trigger, hidden
toxic, toxicity, harmful, offensive, stereotype, stereotyping, bias
entity, named entity, ner, name
entity matching, entity resolution, record linkage, deduplication, matching, match
question answering, qa, answer
instruction, instruct, instruction-following, command, instruction tuning
conversation, dialogue, dialog, chat
news, article, press, newspaper
fill in, infill, infilling, missing, mask, masked, complete, gap
next, upcoming, future, forthcoming, several, multiple
decide, determine, decision, choose, know
show, reveal, tell, find
purpose, goal, aim, meant, good for, use
consist, comprise, component, part, ingredient, contain, include, made of
reason, because, why, due, owe, cause, attributed
origin, source, come from, stem, originate
opponent, enemy
layer, block
"""
