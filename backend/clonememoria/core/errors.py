"""Every failure a client can meet, as one tree; knows nothing of HTTP frameworks or vendors."""

from collections.abc import Mapping


class CannotStart(RuntimeError):
    """Not for clients: the process ends with this text, which says what to change."""


class AppError(Exception):
    """A failure with an API `code` and status; the text tells the user what to do next."""

    status: int = 500
    code: str = "internal_error"
    title: str = "Something went wrong"
    retryable: bool = False

    def __init__(
        self,
        detail: str | None = None,
        *,
        extra: Mapping[str, object] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        self.detail = detail or self.title
        self.extra = dict(extra or {})
        self.retry_after_s = retry_after_s
        super().__init__(self.detail)


class NotFound(AppError):
    status, code, title = 404, "not_found", "There is nothing here under this address"


class CloneNotFound(NotFound):
    code, title = "clone_not_found", "This clone does not exist or is not shared with you"


class DocumentNotFound(NotFound):
    code, title = "document_not_found", "This document does not exist"


class FileNotKept(NotFound):
    code, title = "file_not_kept", "There is no original file of this document"


class ConversationNotFound(NotFound):
    code, title = "conversation_not_found", "This conversation does not exist"


class MessageNotFound(NotFound):
    code, title = "message_not_found", "This message does not exist"


class NotAuthenticated(AppError):
    status, code, title = 401, "not_authenticated", "Log in to do this"


class BadCredentials(NotAuthenticated):
    code, title = "bad_credentials", "E-mail or password is wrong"


class Forbidden(AppError):
    status, code, title = 403, "forbidden", "Only the owner may do this"


class SignupClosed(Forbidden):
    code, title = "signup_closed", "Sign-up is closed on this installation"


class Conflict(AppError):
    status, code, title = 409, "conflict", "This conflicts with the present state"


class EmailTaken(Conflict):
    code, title = "email_taken", "An account with this e-mail exists; log in instead"


class DuplicateDocument(Conflict):
    code, title = "duplicate_document", "This clone already has a document with this content"


class TooLarge(AppError):
    status, code, title = 413, "too_large", "This is larger than the limit"


class UnsupportedType(AppError):
    status, code, title = 415, "unsupported_type", "This type of file cannot be read"


class InvalidInput(AppError):
    """`field` is where the client put it, such as ("body", "content")."""

    status, code, title = 422, "invalid_input", "The request is not valid"

    def __init__(self, detail: str | None = None, *, field: tuple[str | int, ...] = ()) -> None:
        super().__init__(detail)
        if field:
            self.extra = {"errors": [{"loc": list(field), "msg": self.detail}]}


class EmptyQuery(InvalidInput):
    code, title = "empty_query", "Ask something: the message is empty"


class QueryTooLong(InvalidInput):
    code, title = "query_too_long", "The message is longer than 4000 characters"


class AddressNotAllowed(InvalidInput):
    code, title = (
        "address_not_allowed",
        "This address is not on the public internet; pages are read only from there",
    )


class UnknownProvider(InvalidInput):
    code, title = "unknown_provider", "There is no such provider"


class TooManyRequests(AppError):
    status, code, title = 429, "too_many_requests", "Too many requests; wait a moment"
    retryable = True


class BudgetExceeded(TooManyRequests):
    code, title = "budget_exceeded", "The budget for answers is used up; it renews later"
    retryable = False


class Unavailable(AppError):
    status, code, title = 503, "unavailable", "A service this needs is down; try again soon"
    retryable = True


class DiskFull(Unavailable):
    status, code, title = 507, "disk_full", "The server's disk is full; try again when it has space"


class DatabaseUnavailable(Unavailable):
    code, title = "database_unavailable", "The database cannot be reached; try again soon"


class ProviderError(Unavailable):
    """A vendor failed. Never carries the vendor's own text: it may hold keys or prompts."""

    code, title = "provider_error", "The provider did not answer as expected"


class ProviderDown(ProviderError):
    code, title = "provider_down", "The provider cannot be reached or answers with errors"


class ProviderTimeout(ProviderDown):
    code, title = "provider_timeout", "The provider did not answer in time"


class ProviderResting(ProviderDown):
    code, title = (
        "provider_resting",
        "The provider failed again and again; it is left alone a while",
    )


class ProviderRateLimited(ProviderError):
    code, title = "provider_rate_limited", "The provider accepts no more requests right now"


class ProviderBusy(ProviderRateLimited):
    code, title = (
        "provider_busy",
        "Too many are asking this provider at once; try again in a moment",
    )


class ProviderRejected(ProviderError):
    """The request itself was refused (4xx): asking again cannot help."""

    code, title = "provider_rejected", "The provider refused the request; check model and settings"
    retryable = False


class ProviderUnauthorized(ProviderRejected):
    code, title = "provider_unauthorized", "The provider refused the key; check the API key"


class ProviderMalformed(ProviderError):
    """An answer that cannot be read, or that broke off without its end."""

    code, title = "provider_malformed", "The provider's answer broke off or could not be read"


class DocumentUnreadable(AppError):
    """A document that cannot become text, with a reason for its owner."""

    status, code, title = 422, "document_unreadable", "This document cannot be read"


class DocumentHasNoText(DocumentUnreadable):
    code, title = "no_text", "This document has no text"


class DocumentEncrypted(DocumentUnreadable):
    code, title = "encrypted", "This document is protected by a password; upload a copy without"


class DocumentCorrupt(DocumentUnreadable):
    code, title = "corrupt", "This file is damaged and cannot be read"


class DocumentTooLarge(DocumentUnreadable):
    code, title = "document_too_large", "This document unpacks to more than the limit"


class PageUnavailable(AppError):
    """A web page that cannot be had, with a reason for the owner; never with its own words."""

    status, code, title = 422, "page_unavailable", "This page cannot be read"


class PageUnreachable(PageUnavailable):
    """For the moment: it may be there later."""

    code, title = "page_unreachable", "The site of this page cannot be reached now"
    retryable = True
