"""Everything that can go wrong, as one tree.

    PaperbriefError
    ├── InputError                 what the caller gave cannot be used
    │   ├── UnreadableSource       a file that is none of the known formats, or cannot be decoded
    │   ├── QuestionError          a question that is empty or too long
    │   └── ScopeError             a scope that names nothing in the catalogue
    ├── SettingsError              a setting is unknown, malformed or contradicts another
    │   ├── NoModel                an answer was wanted from a language model, and none is set
    │   └── CalibrationError       a calibration cannot be read, or was made for another embedding or prompt
    ├── NotFound                   no paper, answer or conversation with this identifier
    ├── MissingPackage             an optional or required package is not installed
    ├── StorageError               the disk is full, read-only, or the file is not ours
    │   ├── DiskFull               there is no room left; nothing of the change was kept
    │   └── FolderInUse            another process owns the indexes of this data folder
    ├── IndexMismatch              the index was made with another embedding model
    ├── EmbeddingError             a text could not be turned into a vector
    │   ├── ModelFileError         a file of the built-in model is missing or damaged
    │   └── EmbeddingServerError   the embedding endpoint failed
    ├── TokenError                 a signed link cannot be used
    │   ├── TokenForged            it is not ours, or was changed
    │   ├── TokenMisused           it is ours and for another purpose
    │   └── TokenExpired           its time is over
    ├── TooManyAsked               nobody else can ask for briefs by mail just now
    ├── PromptError                a prompt file is missing, changed, or given the wrong variables
    └── ModelError                 the language model gave no usable answer
        ├── ModelUnavailable       it cannot be reached, is too busy, too slow or failing
        ├── ModelRefused           it declines the request as it stands: key, name, quota, policy
        ├── BadReply               what came back is cut off, empty or malformed
        └── BudgetSpent            the day's budget of tokens is used up

Each error is one sentence that says what is wrong, and `hint`, a sentence that says what the user can do.
`retryable` tells whether the same call may succeed later.
"""

from __future__ import annotations


class PaperbriefError(Exception):
    """The base of every error that paperbrief raises on purpose."""

    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(PaperbriefError):
    """What the caller gave cannot be used as it stands."""


class UnreadableSource(InputError):
    """A file that is none of the known formats, or whose bytes cannot be decoded."""


class QuestionError(InputError):
    """A question that is empty or too long."""


class ScopeError(InputError):
    """A scope that contradicts itself or names nothing."""


class SettingsError(PaperbriefError):
    """A setting is unknown, malformed or contradicts another."""


class NoModel(SettingsError):
    """An answer was wanted from a language model, and none is set."""


class CalibrationError(SettingsError):
    """A calibration that is none, or that was made for another embedding or another prompt."""


class NotFound(PaperbriefError):
    """Nothing is stored under this identifier."""


class MissingPackage(PaperbriefError):
    """A package that this call needs is not installed."""


class StorageError(PaperbriefError):
    """The data folder or database cannot be read or written."""


class DiskFull(StorageError):
    """There is no room left on the disk; nothing of the change was kept."""

    retryable = True


class FolderInUse(StorageError):
    """Another process owns the indexes of this data folder."""

    retryable = True


class IndexMismatch(PaperbriefError):
    """The index holds vectors of another embedding model."""


class EmbeddingError(PaperbriefError):
    """A text could not be turned into a vector."""


class ModelFileError(EmbeddingError):
    """A file of the built-in model is missing or damaged."""


class EmbeddingServerError(EmbeddingError):
    """The embedding endpoint failed; `retryable` says whether waiting can help."""

    def __init__(self, message: str, *, hint: str = "", retryable: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.retryable = retryable


class ModelError(PaperbriefError):
    """The language model gave no usable answer; `retryable` says whether the same call may succeed later."""

    def __init__(self, message: str, *, hint: str = "", retryable: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.retryable = retryable


class ModelUnavailable(ModelError):
    """The server cannot be reached, is too busy, too slow or failing."""


class ModelRefused(ModelError):
    """The server or the model declines the request as it stands: the key, the model's name, the quota, a policy."""


class BadReply(ModelError):
    """What came back is cut off, empty, or not in the form that was asked for."""


class BudgetSpent(ModelError):
    """The day's budget of tokens is used up; `seconds` until the next one begins."""

    def __init__(self, message: str, *, hint: str = "", seconds: int = 0) -> None:
        super().__init__(message, hint=hint, retryable=True)
        self.seconds = seconds


class TooManyAsked(PaperbriefError):
    """So many asked for briefs by mail that no further address is written to for now."""

    retryable = True


class TokenError(PaperbriefError):
    """A signed link that cannot be used."""


class TokenForged(TokenError):
    """It is not one of ours, or was changed on the way."""


class TokenMisused(TokenError):
    """It is ours, and for another purpose."""


class TokenExpired(TokenError):
    """It is ours, and its time is over."""


class PromptError(PaperbriefError):
    """A prompt file is missing or damaged, or was given other variables than it names."""
