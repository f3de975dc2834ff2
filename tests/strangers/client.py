"""A client that openapi-python-client generated makes, lists, gets, changes, finds and deletes, for real."""

import os
from datetime import UTC, datetime
from io import BytesIO

import httpx
from commflow_client import AuthenticatedClient
from commflow_client.api.contacts import create_contact, delete_contact, get_contact, list_contacts, update_contact
from commflow_client.api.conversations import create_conversation, get_conversation, list_conversations
from commflow_client.api.conversations import update_conversation
from commflow_client.api.files import delete_file, get_file, upload_file
from commflow_client.api.messages import create_message, get_message, list_messages
from commflow_client.api.search import search
from commflow_client.api.tags import create_tag, delete_tag, get_tag, list_tags, update_tag
from commflow_client.api.tickets import create_ticket, get_ticket, list_tickets, update_ticket
from commflow_client.api.webhooks import create_webhook, delete_webhook, get_webhook, list_webhooks, update_webhook
from commflow_client.models import (
    ContactGiven,
    ContactPatch,
    ConversationPatch,
    CreateMessageFilesBody,
    EventPattern,
    FirstMessage,
    MessageType,
    NewContact,
    NewConversation,
    NewMessage,
    NewTag,
    NewTicket,
    NewWebhook,
    Priority,
    TagPatch,
    TicketPatch,
    TicketStatus,
    UploadFileBody,
    WebhookPatch,
)
from commflow_client.types import File

client = AuthenticatedClient(
    base_url=os.environ["COMMFLOW_URL"], token=os.environ["COMMFLOW_KEY"], raise_on_unexpected_status=True
)
calls = 0


def call(operation, status, *path, **arguments):
    """What an operation answers; the status has to be this one."""
    global calls
    calls += 1
    response = operation.sync_detailed(*path, client=client, **arguments)
    assert response.status_code == status, f"{operation.__name__}: {response.status_code} {response.content!r}"
    return response.parsed


def pages(operation, *path, **arguments):
    """All that a list holds, three rows a page."""
    rows, number = [], 1
    while True:
        page = call(operation, 200, *path, per_page=3, page=number, **arguments)
        rows += page.data
        if len(rows) >= page.meta.total_count or not page.data:
            assert len(rows) == page.meta.total_count
            return rows
        number += 1


def a_contact_lives():
    made = [call(create_contact, 201, body=NewContact(name=f"Gerda Grün {n}")).data for n in range(4)]
    assert {one.id for one in made} <= {one.id for one in pages(list_contacts, q="Gerda")}
    first = made[0].id
    assert call(get_contact, 200, first).data.name == "Gerda Grün 0"
    assert call(update_contact, 200, first, body=ContactPatch(company="Grün & Co.")).data.company == "Grün & Co."
    assert first in {hit.id for hit in call(search, 200, q="Gerda Grün").data.contacts}
    for one in made:
        call(delete_contact, 204, one.id)
    assert call(get_contact, 404, first).error.code == "not_found"


def a_conversation_lives():
    whom = ContactGiven(email="python@strangers.example")
    new = NewConversation(subject="Quetzal", contact=whom, message=FirstMessage(body="Where is my quetzal?"))
    made = call(create_conversation, 201, body=new).data
    conversation = made.id
    assert conversation in {one.id for one in pages(list_conversations, contact=made.contact.id)}
    note = call(create_message, 201, conversation, body=NewMessage(body="It flew.", type_=MessageType.NOTE)).data
    picture = File(payload=BytesIO(b"feather"), file_name="feather.txt", mime_type="text/plain")
    form = CreateMessageFilesBody(body="Here is a feather.", attachments=[picture])
    assert call(create_message, 201, conversation, body=form).data.attachments[0].name == "feather.txt"
    assert len(pages(list_messages, conversation)) == 3
    assert call(get_message, 200, conversation, note.id).data.body == "It flew."
    changed = call(update_conversation, 200, conversation, body=ConversationPatch(priority=Priority.HIGH)).data
    assert changed.priority == Priority.HIGH == call(get_conversation, 200, conversation).data.priority
    assert conversation in {hit.id for hit in call(search, 200, q="quetzal").data.conversations}


def a_ticket_lives():
    whom = ContactGiven(email="python@strangers.example")
    begun = datetime.now(UTC).replace(microsecond=0)
    new = NewTicket(subject="Ocelot", description="The ocelot is lost.", contact=whom, tags=["cats"])
    ticket = call(create_ticket, 201, body=new).data.id
    assert ticket in {one.id for one in pages(list_tickets, updated_after=begun)}
    solved = call(update_ticket, 200, ticket, body=TicketPatch(status=TicketStatus.CLOSED)).data
    assert solved.status == TicketStatus.CLOSED == call(get_ticket, 200, ticket).data.status
    assert ticket in {hit.id for hit in call(search, 200, q="ocelot").data.tickets}


def a_tag_lives():
    tag = call(create_tag, 201, body=NewTag(name="python")).data.id
    assert tag in {one.id for one in pages(list_tags)}
    assert call(update_tag, 200, tag, body=TagPatch(color="#102030")).data.color == "#102030"
    assert call(get_tag, 200, tag).data.name == "python"
    call(delete_tag, 204, tag)


def a_webhook_lives():
    new = NewWebhook(url="http://127.0.0.1:9/hook", events=[EventPattern("ticket.*")], active=False)
    webhook = call(create_webhook, 201, body=new).data
    assert webhook.signing_secret.startswith("whsec_")
    assert webhook.id in {one.id for one in pages(list_webhooks)}
    assert call(update_webhook, 200, webhook.id, body=WebhookPatch(description="Cats")).data.description == "Cats"
    assert call(get_webhook, 200, webhook.id).data.events == [EventPattern("ticket.*")]
    call(delete_webhook, 204, webhook.id)


def a_file_lives():
    letter = File(payload=BytesIO("Liebe Grüße".encode()), file_name="letter.txt", mime_type="text/plain")
    file = call(upload_file, 201, body=UploadFileBody(file=letter, folder="letters")).data
    shown = call(get_file, 200, file.id).data
    assert (shown.name, shown.size, shown.folder) == ("letter.txt", 13, "letters")
    assert httpx.get(shown.url).content.decode() == "Liebe Grüße"
    call(delete_file, 204, file.id)


for story in [a_contact_lives, a_conversation_lives, a_ticket_lives, a_tag_lives, a_webhook_lives, a_file_lives]:
    story()
print(f"openapi-python-client: {calls} calls, all as expected")
