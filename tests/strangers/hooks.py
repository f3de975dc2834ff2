"""What schemathesis has to know of CommFlow beside its document.

- A refusal that no schema can foretell (an id that does not exist, a name that is taken) is told from one that breaks a
  promise by the code and the field in its `details`, or by its status where that can only be about the state of things.
- Webhooks lead to a receiver of our own: nothing leaves this machine.
- The key that the run lives by is neither revoked nor weakened, and a check sees to it that it works to the end.
"""

import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import requests
import schemathesis

ADDRESS = os.environ.get("COMMFLOW_URL", "")
KEY = os.environ.get("COMMFLOW_KEY", "")

# Refused with 422 though the schema is kept: the code of the detail, and the fields that it may tell of.
RULES_OF_STATE = {
    # There is no such object in this workspace.
    "unknown_id": r"(update\.)?(assignee_id|inbox_id|team_id)|user_id|conversation_id|contact\.id|into|(message\.)?attachment_ids\[\d+\]",
    # The key was used for another request; the file goes with another message.
    "taken": r"Idempotency-Key|(message\.)?attachment_ids\[\d+\]",
    # One of several is needed; or one that another field asks for.
    "required": r"email|contact\.email|(message\.)?body|subject|description|contact|created_at",
    # The past is for what is imported, the future for the end of a key.
    "out_of_range": r"created_at|expires_at",
    # A text that may be empty where there are files.
    "too_short": r"(message\.)?body",
    # A place in a saved reply; what the list of a view does not take.
    "not_in_enum": r"body|filter\.status|sort",
    "unknown_field": r"filter\.[a-z_]+",
    # Tags that are added to those that are there; more different ids than one request may hold; preferences, counted in bytes.
    "too_long": r"(update\.)?add_tags|ids|into|preferences",
}
# The same for `invalid_format`, by operation: two fields that don't go
# together, a user who is inactive, a folder such as `..`, a password that nobody guesses.
FORMS_OF_STATE = {
    "uploadFile": r"folder",
    "changePassword": r"current_password",
    "createConversation": r"created_at|contact\.email|assignee_id",
    "createMessage": r"created_at|status",
    "createTicket": r"imported|created_at|contact|contact\.email|channel|attachment_ids|assignee_id",
    # Into itself, or into one that was merged.
    "mergeContact": r"into",
    "updateConversation": r"tags|assignee_id",
    "updateTicket": r"tags|assignee_id",
    "updateTicketsInBulk": r"update\.(tags|assignee_id)",
    "updateConversationsInBulk": r"update\.(tags|assignee_id)",
}
# The same of query parameters, which are refused with 400.
# A span has to end after it has begun, and within 366 days.
PARAMETERS_OF_STATE = {("cursor", "invalid_format"), ("q", "too_short"), ("to", "out_of_range")}
# Matches nothing.
NONE = r"(?!)"


def operation_of(case):
    """The id of the operation that is called."""
    return case.operation.definition.raw.get("operationId")


def is_about_state(case, response):
    """Whether a refusal is about the state of things, and not about how the request was written."""
    told = json.loads(response.content)["error"]
    match told["code"]:
        case "precondition_failed":
            return "If-Match" in case.headers
        case "range_not_satisfiable":
            return "Range" in case.headers
        case "cursor_expired":
            return True
        # What a cursor holds is nobody's business but the server's; and not every text holds a word.
        case "invalid_parameter":
            return all((one["field"], one["code"]) in PARAMETERS_OF_STATE for one in told["details"])
        case "validation_failed":
            rules = RULES_OF_STATE | {"invalid_format": FORMS_OF_STATE.get(operation_of(case), NONE)}
            known = [re.fullmatch(rules.get(one["code"], NONE), one["field"]) for one in told["details"]]
            return bool(known) and all(known)
    return False


def trimmed(value):
    """The value without the white space around its texts."""
    if isinstance(value, dict):
        return {name: trimmed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [trimmed(inner) for inner in value]
    return value.strip() if isinstance(value, str) else value


def is_valid_when_trimmed(case):
    """Whether nothing is wrong but white space around texts, which the server takes off before it looks."""
    body = case.operation.get_body_for_media_type(case.media_type)
    only_body = not any(part.mode.is_negative for place, part in case.meta.components.items() if place.name != "BODY")
    return bool(body) and only_body and jsonschema_rs.is_valid(body.optimized_schema, trimmed(case.body))


# Between a form's texts and other plain values there is no difference on the wire.
SAME_ON_THE_WIRE = r"violates `type` at /properties/(folder|body) \(was string, became (boolean|integer|number|null)\)"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drops what is no failure: a refusal of what is well-formed and can't be done, a text that stayed a text."""
    if "Pages" in case.operation.definition.raw.get("tags", []):
        # For people: what is wrong with a form is told on a page, and a link that is guessed leads nowhere.
        return failure.code not in ("ST201", "ST202")
    if failure.code == "ST202":
        # Some cases that pass for valid have a part that is meant not to be.
        is_valid = not any(part.mode.is_negative for part in case.meta.components.values())
        return is_valid and not is_about_state(case, response)
    if failure.code == "ST201" and case.media_type == "multipart/form-data":
        return not re.search(SAME_ON_THE_WIRE, failure.message)
    return not (failure.code == "ST201" and is_valid_when_trimmed(case))


class Receiver(BaseHTTPRequestHandler):
    """Takes every delivery."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()


def led_home(url):
    """The address with our own receiver in the place of its host, if it is one at all."""
    if isinstance(url, str) and re.fullmatch(r"https?://[!-~]+", url):
        parts = urlsplit(url)
        return parts._replace(scheme="http", netloc=f"127.0.0.1:{receiver.server_port}").geturl()
    return url


def prepare():
    """Uploads a file, and gives the parts of its link, and all ids that the run lives by."""
    if not KEY:
        return {}, set()
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {KEY}"
        user = session.get(f"{ADDRESS}/v1/me", timeout=30).json()["data"]
        file = session.post(f"{ADDRESS}/v1/files", files={"file": ("letter.txt", b"0123456789")}, timeout=30).json()["data"]
    query = dict(parse_qsl(urlsplit(file["url"]).query))
    return {"file_id": file["id"], **query}, {user["id"], user["api_key"]["id"], file["id"]}


LINK, OWN = prepare()
# Calls that could end one of them, and the parameter that says which.
ENDS = {"revokeApiKey": "key_id", "updateUser": "user_id", "deleteFile": "file_id"}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Keeps what is sent on this machine, and the run alive; follows a link that there is, for nobody guesses one."""
    operation = operation_of(case)
    if operation in ("createWebhook", "updateWebhook") and isinstance(case.body, dict) and "url" in case.body:
        case.body["url"] = led_home(case.body["url"])
    if operation in ENDS and str(case.path_parameters[ENDS[operation]]) in OWN:
        case.path_parameters[ENDS[operation]] += "000"
    if operation in ("downloadFile", "checkDownload") and LINK and case.meta.generation.mode.is_positive:
        case.path_parameters = {"file_id": LINK["file_id"]}
        case.query = {name: LINK[name] for name in ("expires", "signature")}


@schemathesis.check
def the_key_works(ctx, response, case):
    """Without the key, all would be refused, and nothing be tested."""
    if operation_of(case) == "signIn":
        # There, 401 is about the password.
        return
    was_sent = bool(KEY) and response.request.headers.get("Authorization") == f"Bearer {KEY}"
    assert not (was_sent and response.status_code == 401), "the run's own key was refused"
