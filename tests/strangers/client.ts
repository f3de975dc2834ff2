// Types that openapi-typescript generated, and openapi-fetch over them: made, listed, got, changed, found and deleted.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { env: Record<string, string | undefined> };

const headers = { Authorization: `Bearer ${process.env.COMMFLOW_KEY}` };
const client = createClient<paths>({ baseUrl: process.env.COMMFLOW_URL ?? "", headers });
let calls = 0;

type Told = { error?: components["schemas"]["Error"]; response: Response };

function must(truth: boolean, what: string): asserts truth {
    if (!truth) throw new Error(what);
}

/** The body of an answer of success; anything else ends the run. */
async function told<T>(call: Promise<Told & { data?: T }>): Promise<T> {
    calls += 1;
    const { data, error, response } = await call;
    must(data !== undefined, `${response.status} ${response.url}: ${JSON.stringify(error)}`);
    return data;
}

/** Sees to it that an answer without a body has this status. */
async function ends(status: number, call: Promise<Told>): Promise<void> {
    calls += 1;
    const { response } = await call;
    must(response.status === status, `${response.status} ${response.url}`);
}

type Page<T> = { data: T[]; meta: components["schemas"]["PageMeta"] };

/** All that a list holds, three rows a page. */
async function pages<T>(list: (page: number) => Promise<Told & { data?: Page<T> }>): Promise<T[]> {
    const rows: T[] = [];
    for (let page = 1; ; page += 1) {
        const { data, meta } = await told(list(page));
        rows.push(...data);
        if (rows.length >= meta.total_count || data.length === 0) {
            must(rows.length === meta.total_count, `${rows.length} rows of ${meta.total_count}`);
            return rows;
        }
    }
}

const holds = (rows: { id: string }[], id: string): boolean => rows.some((row) => row.id === id);

async function aContactLives(): Promise<void> {
    const made: string[] = [];
    for (const number of [1, 2, 3, 4]) {
        made.push((await told(client.POST("/v1/contacts", { body: { name: `Fjodor ${number}` } }))).data.id);
    }
    const listed = await pages((page) =>
        client.GET("/v1/contacts", { params: { query: { q: "Fjodor", page, per_page: 3 } } }),
    );
    must(made.every((id) => holds(listed, id)), "a contact is missing in the list");
    const path = { contact_id: made[0] ?? "" };
    const changed = await told(client.PATCH("/v1/contacts/{contact_id}", { params: { path }, body: { company: "Fjord" } }));
    const got = await told(client.GET("/v1/contacts/{contact_id}", { params: { path } }));
    must(changed.data.company === "Fjord" && got.data.company === "Fjord", "the company was not changed");
    const found = await told(client.GET("/v1/search", { params: { query: { q: "Fjodor" } } }));
    must(holds(found.data.contacts, path.contact_id), "a contact is not found");
    for (const contact_id of made) {
        await ends(204, client.DELETE("/v1/contacts/{contact_id}", { params: { path: { contact_id } } }));
    }
    await ends(404, client.GET("/v1/contacts/{contact_id}", { params: { path } }));
}

async function aConversationLives(): Promise<void> {
    const body = { subject: "Narwhal", contact: { email: "ts@strangers.example" }, message: { body: "Where is it?" } };
    const made = (await told(client.POST("/v1/conversations", { body }))).data;
    const path = { conversation_id: made.id };
    const listed = await pages((page) =>
        client.GET("/v1/conversations", { params: { query: { contact: made.contact.id, page, per_page: 3 } } }),
    );
    must(holds(listed, made.id), "a conversation is missing in the list");
    const messages = "/v1/conversations/{conversation_id}/messages";
    const note = await told(client.POST(messages, { params: { path }, body: { body: "It dived.", type: "note" } }));
    const all = await pages((page) => client.GET(messages, { params: { path, query: { page, per_page: 3 } } }));
    must(all.length === 2 && holds(all, note.data.id), "a message is missing in the list");
    const place = { ...path, message_id: note.data.id };
    const got = await told(client.GET(`${messages}/{message_id}`, { params: { path: place } }));
    must(got.data.author.type === "user", "the note is a user's");
    const patched = await told(
        client.PATCH("/v1/conversations/{conversation_id}", { params: { path }, body: { status: "closed" } }),
    );
    must(patched.data.status === "closed", "the conversation was not closed");
    const found = await told(client.GET("/v1/search", { params: { query: { q: "narwhal status:closed" } } }));
    must(holds(found.data.conversations, made.id), "a conversation is not found");
}

async function aTicketLives(): Promise<void> {
    const begun = `${new Date().toISOString().slice(0, 19)}Z`;
    const body = { subject: "Walrus", description: "It is lost.", contact: { email: "ts@strangers.example" } };
    const path = { ticket_id: (await told(client.POST("/v1/tickets", { body }))).data.id };
    const listed = await pages((page) =>
        client.GET("/v1/tickets", { params: { query: { updated_after: begun, page, per_page: 3 } } }),
    );
    must(holds(listed, path.ticket_id), "a ticket is missing in the list");
    await told(client.PATCH("/v1/tickets/{ticket_id}", { params: { path }, body: { priority: "urgent" } }));
    const got = await told(client.GET("/v1/tickets/{ticket_id}", { params: { path } }));
    must(got.data.priority === "urgent", "the priority was not changed");
    const found = await told(client.GET("/v1/search", { params: { query: { q: "walrus", type: "ticket" } } }));
    must(holds(found.data.tickets, path.ticket_id), "a ticket is not found");
}

async function aTagLives(): Promise<void> {
    const path = { tag_id: (await told(client.POST("/v1/tags", { body: { name: "typescript" } }))).data.id };
    const listed = await pages((page) => client.GET("/v1/tags", { params: { query: { page, per_page: 3 } } }));
    must(holds(listed, path.tag_id), "a tag is missing in the list");
    await told(client.PATCH("/v1/tags/{tag_id}", { params: { path }, body: { color: "#102030" } }));
    const got = await told(client.GET("/v1/tags/{tag_id}", { params: { path } }));
    must(got.data.color === "#102030", "the colour was not changed");
    await ends(204, client.DELETE("/v1/tags/{tag_id}", { params: { path } }));
}

async function aWebhookLives(): Promise<void> {
    const body: components["schemas"]["NewWebhook"] = { url: "http://127.0.0.1:9/", events: ["ticket.*"], active: false };
    const made = (await told(client.POST("/v1/webhooks", { body }))).data;
    must(made.signing_secret.startsWith("whsec_"), "a secret has its form");
    const path = { webhook_id: made.id };
    const listed = await pages((page) => client.GET("/v1/webhooks", { params: { query: { page, per_page: 3 } } }));
    must(holds(listed, made.id), "a webhook is missing in the list");
    await told(client.PATCH("/v1/webhooks/{webhook_id}", { params: { path }, body: { description: "Whales" } }));
    const got = await told(client.GET("/v1/webhooks/{webhook_id}", { params: { path } }));
    must(got.data.description === "Whales", "the description was not changed");
    await ends(204, client.DELETE("/v1/webhooks/{webhook_id}", { params: { path } }));
}

async function aFileLives(): Promise<void> {
    const form = new FormData();
    form.set("file", new Blob(["Liebe Grüße"], { type: "text/plain" }), "letter.txt");
    // A file is a string to the types, as in the document: the form takes its place.
    const upload = client.POST("/v1/files", { body: { file: "" }, bodySerializer: () => form });
    const path = { file_id: (await told(upload)).data.id };
    const got = await told(client.GET("/v1/files/{file_id}", { params: { path } }));
    must(got.data.name === "letter.txt" && got.data.size === 13, "the file is another");
    const bytes = await (await fetch(got.data.url)).text();
    must(bytes === "Liebe Grüße", "the bytes are others");
    await ends(204, client.DELETE("/v1/files/{file_id}", { params: { path } }));
}

for (const story of [aContactLives, aConversationLives, aTicketLives, aTagLives, aWebhookLives, aFileLives]) {
    await story();
}
console.log(`openapi-typescript and openapi-fetch: ${calls} calls, all as expected`);
