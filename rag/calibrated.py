"""Which calibration is in force: the one that the settings name, the packaged one where it fits, or none."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from rag.abstain import Calibration
from rag.errors import CalibrationError
from rag.prompting import Prompts

if TYPE_CHECKING:
    from rag.config import Settings

_HINT = "Make one with `paperbrief eval calibrate`, or unset PAPERBRIEF_CALIBRATION."


def calibration_for(settings: Settings, embedding: str) -> Calibration | None:
    """The calibration that the settings name; the packaged one only where it was made for this embedding and prompt.

    Raises CalibrationError for a file that cannot be read or was made for another embedding or prompt.
    """
    if settings.calibration == "none":
        return None
    packaged = settings.calibration == "packaged"
    made, where = _packaged_calibration() if packaged else _read_calibration(Path(settings.calibration))
    calibration = Calibration.read(made, where=where)
    foreign = calibration.foreign(embedding=embedding, prompt_sha256=answer_prompt())
    if foreign is None:
        return calibration
    if packaged:
        return None
    raise CalibrationError(
        f"{where} must not be used here. {foreign}",
        hint=_HINT,
    )


def _packaged_calibration() -> tuple[str, str]:
    file = resources.files("rag") / "calibration" / "builtin.json"
    return file.read_text(encoding="utf-8"), "The packaged calibration"


def _read_calibration(path: Path) -> tuple[str, str]:
    try:
        return path.read_text(encoding="utf-8"), path.name
    except (OSError, UnicodeDecodeError) as error:
        raise CalibrationError(
            f"The calibration {path.name} cannot be read ({error}).",
            hint=_HINT,
        ) from error


def answer_prompt() -> str:
    """The digest of the prompt for answers that is in force."""
    import prompts
    from rag.compose.reply import FORMS

    return Prompts.read(prompts.files(), FORMS).current("answer").sha256
