//! CommFlow: a help desk in one file. This page is the plan of the house.
//!
//! # Floors
//! An import points down, never up; `tests/api/architecture.rs` says so.
//!
//! | floor | may import | knows |
//! |---|---|---|
//! | 6 [`app`], [`cli`], `main` | all | how it is put together, started, stopped |
//! | 5 [`api`] | 1–4 | HTTP, JSON, who may do what; `api::border` holds what all resources share |
//! | 4 [`search`], [`delivery`] | 1–3, not each other | what is derived from the change feed: the search index, and what receivers of webhooks get |
//! | 3 [`desk`] | 1–2 | the help desk: types, rules, SQL and events of a resource, together |
//! | 2 [`store`], [`work`] | 1 | SQLite (writer, readers, feed, lists, migrations, copies), and the worker loop; no resource |
//! | 1 [`types`] | nothing of ours | values that can't be wrong, the error and event tables |
//!
//! `/v1/contacts` → `src/api/contacts.rs` → `src/desk/contacts.rs` → `tests/api/contacts.rs`: two floors carry a resource, one
//! file each, the same name.
//!
//! # The way of a write
//! `api` parses the body into types that can't be wrong → `Caller::create` or `update` hands a closure to the store → the
//! writer's thread runs it in a savepoint beside those of other requests → the `desk` function changes rows and calls
//! `tx.emit`, which appends to the change feed → one commit for the whole group → all are answered. Nothing else follows in
//! the request: what is derived (index, deliveries, streams) reads the feed.
//!
//! # One table for threads
//! A conversation and its ticket are one row of `threads`, for every filter of either view then has an index of its own; a
//! second table would have had to repeat status, priority and assignee to be filtered by them. The two views are
//! [`desk::threads::view`].
//!
//! # Where this leaves the beaten track
//! The index is not synced to the disk, and carries no note of which boot of the machine wrote it: every start reads through all
//! of its files and compares their checksums, which finds what a power cut left, and bit rot too.
//!
//! A delivery holds neither the body (it is the event's, read when it is sent, so that an erasure reaches what waits) nor a
//! lease (the folder's lock lets one dispatcher live, so what is under way is known to its memory). Deliveries follow the feed
//! from a cursor instead of being written beside each event: a write costs the same with one webhook or two hundred.
//!
//! # Totals
//! | filters | `total_count` comes from |
//! |---|---|
//! | none, or any mix of status, assignee, priority, channel, inbox | a sum over counters that triggers keep, a row for each combination in use |
//! | `sla_status` | the same counters for settled tickets, and a look at those whose clock runs, along an index of them alone |
//! | type of message | counters on the thread |
//! | the change feed | its first and last id; by one type, a count along an index |
//! | spans of time, a contact, a team, a tag, an address, those that wait | a count along the index of that filter |
//! | what happened to a thread | a count along its index |
//! | words of contacts, a search | a count in the search index |
//! | users, teams, tags, inboxes, keys, webhooks | a count: they are few |
//!
//! # The way of a search
//! `api::search` waits until the index has taken up what was written before → `search::query` reads the text, which can't fail →
//! `search::planner` makes tantivy's tree of it → `search::hits` counts what matches and keeps the best → `search::answer` reads
//! their rows from the store, in the shape of every other exit. The `search::indexer` follows the change feed by itself; what
//! it indexes of a row is decided in `search::documents` alone.
//!
//! # The way of an event to a webhook
//! The writer's thread rings → the `delivery::dispatcher` reads on from its cursor and puts a row for each webhook that wants
//! the event into `desk::deliveries`, in one write with the cursor → what may be sent now is the matter of the webhook's
//! `delivery::lane` → the `delivery::courier` sends it on a thread of its own → the dispatcher notes what came of it, and when
//! to try again (`delivery::schedule`). `desk::sla::alarms` is the worker that puts warnings and breaches into the feed.
//!
//! # The way of an event to the streams
//! The writer's thread rings → `api::border::live` reads what is new, once, and writes it out into the `tail` → all streams are
//! woken, and take it from there; one that is behind reads pieces of the feed from the store (`api::border::stream`). A stream
//! ends when its key or session does, and when the server stops. Who is in which conversation (`api::border::presence`) goes out between the
//! events, is no event, and is kept nowhere.
//!
//! # The way of a file
//! `api::border::multipart` takes a form apart as it comes → each 256 KiB are a write of their own, under a row that says
//! `pending` → the write that makes the message (or the file alone) makes it `ready`. What never gets there is given up by the
//! end of the request, the next start, or the sweep, and cleared a few chunks at a time, as deleted files are. Out it goes by
//! `api::border::download`, to whoever has the signed link, a chunk a read, each held against its checksum.
//!
//! # The way of the API's document
//! A handler's arguments and its answer describe themselves (`api::border::operation`, `api::border::reply`); the line in `routes`
//! adds name and text → the table of routes holds all of it, and is what the server is built from → `api::openapi::document`
//! writes it down as OpenAPI, with the schemas of the types (`types::schema`, utoipa's derive), put in order by
//! `api::openapi::shapes`, and examples whose answers the server gave. The tests hold every answer that they get against it. utoipa's
//! attribute on handlers would have had each route repeat its path, its parameters and its errors by hand.
//!
//! # The way of a page of the documentation
//! `api::docs::reference` makes one text of the API's document, once, with a stand-in for the address that the reader came to
//! (`api::docs::base`) → `api::docs::frame` puts head and navigation around it, with style sheets and scripts under the path of
//! their version (`api::border::assets`; `api::border::bundle` makes one of many) → `api::border::page` sends it, shut in by its
//! policy. The calls in it are
//! `api::openapi::calls`, written out by `api::docs::snippets`; a test runs every one.
//!
//! # The way of somebody who signs in
//! `api::pages` shows forms that need no script, and takes them from pages of this server alone (`api::border::form`,
//! `api::border::origin`) → `api::border::door` counts the tries and verifies the password, a few at a time → `desk::sessions` keeps
//! the hash of a new token, and `api::border::session_cookie` has the browser keep the token → from then on
//! `api::border::credentials` finds user and role by the cookie as by a key, and everything behind it is the same for both.
//! `api::inbox` gives the shell that the inbox lives in.
//!
//! # The way of a backup
//! `store::part` copies the store as it is at one instant, in one read transaction, while others write; the copy is brought to
//! the disk and checked before it gets its name. `store::restore` puts one in the place of a store: between the old and the new
//! is one rename. A copy that is sent over HTTP (`store::snapshot`) loses its name instead, and is gone when it was read. Everyone who has the store open holds the folder in common (`store::connection::share`); a restore holds it
//! alone.
//!
//! # How to add an endpoint
//! 1. The function and its types in `src/desk/<noun>.rs`; what derives `ToSchema` describes itself.
//! 2. A line in `routes` and a handler in `src/api/<noun>.rs`; its first argument says who may call it, the others what comes in,
//!    what it returns what goes out. Name, title and text stand in the line.
//! 3. Its story in `tests/api/<noun>.rs`, its row in `tests/api/access.rs`, and an example in `data/openapi/examples.json` (the tests
//!    fail without).

pub mod api;
pub mod app;
pub mod cli;
pub mod delivery;
pub mod desk;
pub mod search;
pub mod store;
pub mod types;
pub mod work;
