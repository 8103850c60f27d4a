"""`paperbrief brief` and `paperbrief tags`: write a brief, read one again, see and change topic tags."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from rag.cli.run import Status, desk_of, put_json, say

if TYPE_CHECKING:
    from rag.library import Library
    from rag.models import Briefing, BriefPage, Paper

Topic = Annotated[str | None, typer.Argument(metavar="TOPIC", help="What the brief is about; all when left out.")]
Week = Annotated[
    str | None, typer.Option(metavar="WEEK", help="An ISO week of listing days, such as 2025-W11, or `last`.")
]
Since = Annotated[str | None, typer.Option(metavar="DAY", help="Only papers listed from this day on.")]
Until = Annotated[str | None, typer.Option(metavar="DAY", help="Only papers listed up to this day.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="Only papers with this tag; may be repeated.")]
Json = Annotated[bool, typer.Option("--json", help="Print the contract object as JSON and nothing else.")]


def brief(
    context: typer.Context,
    topic: Topic = None,
    week: Week = None,
    since: Since = None,
    until: Until = None,
    tag: Tags = None,
    max_papers: Annotated[int, typer.Option(min=1, max=100, help="Papers that get a sentence at most.")] = 24,
    popularity: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How much votes weigh against relevance; 0 knows none.")
    ] = 0.25,
    repeat: Annotated[bool, typer.Option("--repeat", help="Report papers that an earlier brief reported.")] = False,
    mode: Annotated[
        Literal["auto", "extractive", "generative"] | None,
        typer.Option(show_default=False, help="Write with the model, without, or with it where it works."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write to a file: .html, .md, .txt or .json by its ending.")
    ] = None,
    show: Annotated[
        str | None, typer.Option("--show", metavar="ID", help="Show a brief that was written before.")
    ] = None,
    rebuild: Annotated[
        str | None, typer.Option("--rebuild", metavar="ID", help="Make a brief again from what was kept of it.")
    ] = None,
    deliver: Annotated[
        bool, typer.Option("--deliver", help="Write a week's brief once, with those on subscribers' topics; send them.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --deliver: print what would be sent, byte for byte; send nothing.")
    ] = False,
    list_them: Annotated[bool, typer.Option("--list", help="List the briefs that were written.")] = False,
    as_json: Json = False,
) -> None:
    """Write a brief of what is new, on a topic or a week; of the newest week when neither is named.

    Exit status 3 when there is nothing to report.
    """
    if list_them:
        _list(context, as_json)
        return
    if sum(option is not None for option in (show, rebuild, topic)) > 1 or (week and (since or until)):
        raise typer.BadParameter("give one of TOPIC, --show and --rebuild, and either --week or --since and --until.")
    from rag.models import BriefConstraints

    constraints = BriefConstraints(tags=tuple(tag or ()), max_papers=max_papers, popularity=popularity, repeat=repeat)
    _require_form(out)
    week = _last_week(desk_of(context).settings().time_zone) if week == "last" else week

    if deliver or dry_run:
        if week is None or show or rebuild or not deliver:
            raise typer.BadParameter("--deliver goes with --week, and --dry-run with --deliver.")
        _deliver(context, topic, week, dry_run, out, as_json)
        return

    async def write(library: Library) -> Briefing:
        if show is not None:
            return await library.briefing(show)
        if rebuild is not None:
            return await _rebuilt(library, rebuild)
        return await library.brief(topic=topic, week=week, since=since, until=until, constraints=constraints, mode=mode)

    made = desk_of(context).run(write)
    _put(context, made, out, as_json)
    if made.empty:
        raise typer.Exit(Status.NOT_ENOUGH_EVIDENCE)


def _last_week(zone: str) -> str:
    from rag.brief import week_before

    return week_before(datetime.now(ZoneInfo(zone)).date())


def _deliver(
    context: typer.Context, topic: str | None, week: str, dry_run: bool, out: Path | None, as_json: bool
) -> None:
    from rag.brief import requested
    from rag.cli.deliveries import issue
    from rag.library import open_deliveries

    desk = desk_of(context)
    settings = desk.settings()
    requested(topic, week, None, None, None)  # refused before anything is written

    async def work(library: Library) -> Briefing | None:
        async with open_deliveries(settings) as post:
            return await issue(library, post, week=week, topic=topic, rehearse=dry_run)

    made = desk.run(work, settings)
    if made is None:
        say("another process is writing this brief.")
        return
    if not dry_run:
        _put(context, made, out, as_json)
    if made.empty:
        raise typer.Exit(Status.NOT_ENOUGH_EVIDENCE)


async def _rebuilt(library: Library, brief_id: str) -> Briefing:
    made, kept = await library.rebuild_brief(brief_id), await library.briefing(brief_id)
    times = {"provenance": {"created", "version"}}
    if made.model_dump_json(exclude=times) == kept.model_dump_json(exclude=times):
        say(f"{brief_id} was made again, the same but for the time.")
    else:
        say(f"{brief_id} was made again and differs: it was written by version {kept.provenance.version}.")
    return made


def _require_form(out: Path | None) -> None:
    if out is not None and out.suffix not in (".html", ".md", ".txt", ".json"):
        raise typer.BadParameter(f"{out.name!r} has no form; end it with .html, .md, .txt or .json.")


def _put(context: typer.Context, made: Briefing, out: Path | None, as_json: bool) -> None:
    from rag.deliver.desk import site_of
    from rag.render import document, markdown, plain

    site = site_of(desk_of(context).settings()).rstrip("/")
    if out is not None:
        write = {".html": document, ".md": markdown, ".txt": plain}.get(out.suffix)
        text = write(made, site) if write is not None else _json(made)
        out.write_text(text, encoding="utf-8")
        say(f"{made.id} is in {out}.")
    if as_json:
        put_json(made)
    elif out is None:
        typer.echo(plain(made, site), nl=False)
        say(f"this is {made.id}.")


def _json(made: Briefing) -> str:
    return made.model_dump_json(indent=2) + "\n"


def _list(context: typer.Context, as_json: bool) -> None:
    async def read(library: Library) -> BriefPage:
        return await library.briefs()

    page = desk_of(context).run(read)
    if as_json:
        put_json(page)
        return
    for one in page.briefs:
        typer.echo(f"{one.id}  {one.created[:10]}  {one.papers:>3} papers  {one.title}")
    if not page.briefs:
        say("no brief was written yet.")


def tags(
    context: typer.Context,
    paper: Annotated[
        str | None, typer.Option("--paper", metavar="ID", help="Show or change the tags of this paper.")
    ] = None,
    add: Annotated[list[str] | None, typer.Option("--add", metavar="TAG", help="Put this tag on the paper.")] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="TAG", help="Take this tag off, and keep it off.")
    ] = None,
    assign: Annotated[bool, typer.Option("--assign", help="Give tags to all papers that have none yet.")] = False,
    as_json: Json = False,
) -> None:
    """List the topic tags with how many papers carry each, or change those of a paper."""
    if (add or remove) and paper is None:
        raise typer.BadParameter("name the paper with --paper.")
    if paper is not None:
        _tags_of(context, paper, add or [], remove or [], as_json)
        return

    async def read(library: Library) -> list[tuple[str, int]]:
        if assign:
            say(f"looked at {await library.assign_tags():,} papers.")
        return await library.tags()

    counted = desk_of(context).run(read)
    if as_json:
        put_json([{"tag": name, "papers": count} for name, count in counted])
        return
    for name, count in counted:
        typer.echo(f"{count:>6}  {name}")
    if not counted:
        say("no paper has a tag yet; `paperbrief tags --assign` gives them.")


def _tags_of(context: typer.Context, paper_id: str, add: list[str], remove: list[str], as_json: bool) -> None:
    async def change(library: Library) -> Paper:
        if add or remove:
            return await library.edit_tags(paper_id, add=add, remove=remove)
        return await library.paper(paper_id)

    paper = desk_of(context).run(change)
    if as_json:
        put_json(paper)
    else:
        typer.echo("\n".join(paper.tags) if paper.tags else "no tags")
