//! The book of the crash test: what each writer asked for, what it was answered, and what must be there of it afterwards.

use crate::harness::Answer;
use crate::harness::Client;
use crate::harness::Outcome;
use fastrand::Rng;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

/// Characters of four bytes in a long description: its commit takes so long that a kill finds it unfinished.
const LONG: usize = 100_000;

/// What a request does.
#[derive(Clone)]
enum Deed {
    Ticket,
    Talk,
    Message,
    Contact,
    /// A change of these tickets, in one PATCH or in bulk.
    Change(Vec<String>),
}

/// A request. Its mark stands in all that it makes or changes, and nowhere else.
#[derive(Clone)]
struct Request {
    mark: String,
    deed: Deed,
    method: &'static str,
    path: String,
    body: Value,
    once: bool,
}

impl std::fmt::Display for Request {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "{} of {} {}", self.mark, self.method, self.path)
    }
}

impl Request {
    fn send(&self, client: &mut Client) -> Outcome {
        let once = [("Idempotency-Key", self.mark.as_str())];
        client.ask(self.method, &self.path, if self.once { &once } else { &[] }, Some(&self.body))
    }

    /// The events that tell of it, each exactly once, sorted.
    fn events(&self) -> Vec<&'static str> {
        match &self.deed {
            Deed::Ticket => vec!["contact.created", "conversation.created", "message.created", "ticket.created"],
            Deed::Talk => vec!["contact.created", "conversation.created", "message.created"],
            Deed::Message => vec!["message.created"],
            Deed::Contact => vec!["contact.created"],
            Deed::Change(tickets) => {
                ["conversation.updated", "ticket.updated"].iter().flat_map(|kind| vec![*kind; tickets.len()]).collect()
            }
        }
    }

    /// An object as this change leaves it.
    fn applied(&self, object: &Value) -> Value {
        let update = if self.path.ends_with("/bulk") { &self.body["update"] } else { &self.body };
        let mut object = object.clone();
        object["subject"] = update["subject"].clone();
        object["custom_fields"]["mark"] = update["custom_fields"]["mark"].clone();
        object
    }
}

/// One who writes, one request after the other, to objects that are its own.
pub struct Writer {
    name: String,
    long: bool,
    rng: Rng,
    steps: u32,
    talk: Option<String>,
    tickets: Vec<String>,
    /// What must be read, by path; without `updated_at`.
    objects: BTreeMap<String, Value>,
    others: BTreeMap<String, Value>,
    /// How many messages its talk has.
    messages: u32,
    /// What was answered since the last look.
    answered: Vec<(Request, Value)>,
    pending: Option<Request>,
    /// The marks of all that is done, and what the feed must hold of each.
    done: HashMap<String, Vec<&'static str>>,
    /// How many were answered, in all.
    pub count: usize,
}

impl Writer {
    /// The writer of this number.
    pub fn new(number: usize, seed: u64) -> Self {
        Self {
            name: format!("w{number}"),
            long: number == 0,
            rng: Rng::with_seed(seed),
            steps: 0,
            talk: None,
            tickets: Vec::new(),
            objects: BTreeMap::new(),
            others: BTreeMap::new(),
            messages: 0,
            answered: Vec::new(),
            pending: None,
            done: HashMap::new(),
            count: 0,
        }
    }

    /// Writes until nobody answers any more. `after_each` is called the moment an answer is there.
    pub fn write(&mut self, mut client: Client, after_each: &dyn Fn()) {
        loop {
            let request = self.next();
            match request.send(&mut client) {
                Outcome::Answered(answer) => {
                    after_each();
                    self.note(request, answer);
                }
                Outcome::Unanswered | Outcome::Torn(_) => {
                    self.pending = Some(request);
                    return;
                }
            }
        }
    }

    fn next(&mut self) -> Request {
        self.steps += 1;
        let mark = format!("{}-{}", self.name, self.steps);
        let email = format!("{mark}@example.com");
        let contact = json!({"email": email});
        let change = json!({"subject": mark, "custom_fields": {"mark": mark}});
        let (deed, method, path, body) = match (self.rng.u8(0..10), &self.talk) {
            (_, None) => {
                let body = json!({"subject": mark, "contact": contact, "message": {"body": mark, "type": "comment"}});
                (Deed::Talk, "POST", "/v1/conversations".to_owned(), body)
            }
            (0..2, Some(talk)) => {
                (Deed::Message, "POST", format!("/v1/conversations/{talk}/messages"), json!({"body": mark}))
            }
            (2..4, _) => (Deed::Contact, "POST", "/v1/contacts".to_owned(), json!({"email": email, "name": "Jane"})),
            (4..6, _) if !self.tickets.is_empty() => {
                let ticket = self.tickets[self.rng.usize(0..self.tickets.len())].clone();
                (Deed::Change(vec![ticket.clone()]), "PATCH", format!("/v1/tickets/{ticket}"), change)
            }
            (6..7, _) if !self.tickets.is_empty() => {
                let tickets = self.tickets[self.tickets.len().saturating_sub(5)..].to_vec();
                let body = json!({"ids": tickets, "update": change});
                (Deed::Change(tickets), "POST", "/v1/tickets/bulk".to_owned(), body)
            }
            _ => {
                let description = if self.long { format!("{mark} {}", "𝄞".repeat(LONG - 20)) } else { mark.clone() };
                let body = json!({"subject": mark, "description": description, "contact": contact, "tags": ["crash", self.name]});
                (Deed::Ticket, "POST", "/v1/tickets".to_owned(), body)
            }
        };
        Request { once: method == "POST" && self.rng.bool(), mark, deed, method, path, body }
    }

    /// Writes down what was answered.
    fn note(&mut self, request: Request, answer: Answer) {
        assert!((200..300).contains(&answer.status), "{request}: {answer:?}");
        let location = answer.header("location").to_owned();
        let data = answer.body["data"].clone();
        if let Deed::Change(tickets) = &request.deed {
            if request.method == "POST" {
                assert_eq!(data["updated"], json!(tickets), "{request}");
            }
        } else if !matches!(request.deed, Deed::Talk) {
            self.objects.insert(location, settled(&data));
        }
        let id = || data["id"].as_str().unwrap().to_owned();
        match &request.deed {
            Deed::Ticket if !self.long => self.tickets.push(id()),
            Deed::Talk => self.talk = Some(id()),
            _ => {}
        }
        self.is_done(&request);
        self.count += 1;
        self.answered.push((request, data));
    }

    /// What follows from a request that was done, answered or not.
    fn is_done(&mut self, request: &Request) {
        self.done.insert(request.mark.clone(), request.events().into_iter().collect());
        if let Deed::Change(tickets) = &request.deed {
            for ticket in tickets {
                let object = self.objects.get_mut(&format!("/v1/tickets/{ticket}")).unwrap();
                *object = request.applied(object);
            }
        }
        // A talk changes with each message: it is known by their number. One that was begun and not answered is followed
        // by another, which is the one that counts.
        match request.deed {
            Deed::Talk => self.messages = 1,
            Deed::Message => self.messages += 1,
            _ => {}
        }
    }

    /// At the end: is all there that was ever answered?
    pub fn verify_all(&self, client: &mut Client) {
        self.others.iter().for_each(|(path, object)| assert_there(client, path, object));
    }

    /// After the restart: is all there that was answered, and the rest wholly or not at all?
    pub fn verify(&mut self, client: &mut Client, feed: &mut Feed) {
        feed.read(client);
        if let Some(request) = self.pending.take() {
            self.settle(request, client, feed);
            feed.read(client);
        }
        for (request, data) in std::mem::take(&mut self.answered) {
            feed.assert_told(&request, &data);
            if request.once {
                let Outcome::Answered(again) = request.send(client) else { panic!("{request} was not answered") };
                assert_eq!(again.header("idempotent-replayed"), "true", "done twice: {request}");
                assert_eq!(again.body["data"], data, "{}", request.mark);
            }
        }
        self.objects.iter().for_each(|(path, object)| assert_there(client, path, object));
        // What nobody changes is looked at once more, at the end.
        let (tickets, others) = std::mem::take(&mut self.objects)
            .into_iter()
            .partition(|(path, _)| self.tickets.iter().any(|ticket| path.ends_with(ticket.as_str())));
        self.objects = tickets;
        self.others.extend(others);
        if let Some(talk) = &self.talk {
            let talk = client.get(&format!("/v1/conversations/{talk}")).data(200);
            assert_eq!(talk["messages_count"], self.messages, "{talk}");
        }
        feed.read(client);
        for (mark, kinds) in &self.done {
            assert_eq!(feed.kinds(mark), *kinds, "{mark} was answered, and is not told of exactly once");
        }
        let unknown: Vec<_> = feed.marks_of(&self.name).filter(|mark| !self.done.contains_key(*mark)).collect();
        assert!(unknown.is_empty(), "nobody knows of {unknown:?}");
    }

    /// A request that was not answered: it is there wholly, or not at all; repeated under its key, it is done once.
    fn settle(&mut self, request: Request, client: &mut Client, feed: &Feed) {
        let kinds = feed.kinds(&request.mark);
        let is_done = !kinds.is_empty();
        if is_done {
            assert_eq!(kinds, request.events(), "half done: {request}");
        }
        self.assert_rows(&request, is_done, client, feed);
        if request.once {
            let Outcome::Answered(answer) = request.send(client) else { panic!("{request} was not answered") };
            let replayed = answer.header("idempotent-replayed") == "true";
            assert_eq!(replayed, is_done, "{request}: {answer:?}");
            self.note(request, answer);
        } else if is_done {
            self.is_done(&request);
        }
    }

    fn assert_rows(&self, request: &Request, is_done: bool, client: &mut Client, feed: &Feed) {
        let mark = &request.mark;
        match &request.deed {
            Deed::Change(tickets) => {
                for ticket in tickets {
                    let path = format!("/v1/tickets/{ticket}");
                    let before = &self.objects[&path];
                    let expected = if is_done { request.applied(before) } else { before.clone() };
                    assert_eq!(settled(&client.get(&path).data(200)), expected, "half done: {request}");
                }
            }
            Deed::Message => {
                let messages = client.get(&format!("{}?per_page=100&sort=-created_at", request.path));
                let rows = messages.body["data"].as_array().unwrap().iter().filter(|row| row["body"] == *mark).count();
                assert_eq!(rows, usize::from(is_done), "{request}");
            }
            _ => {
                let found = client.get(&format!("/v1/contacts?email={mark}@example.com"));
                assert_eq!(found.body["meta"]["total_count"], u64::from(is_done), "{request}: {found:?}");
            }
        }
        if let (Deed::Ticket, Some(ticket)) = (&request.deed, feed.subject(mark, "ticket.created")) {
            let ticket = client.get(&format!("/v1/tickets/{ticket}")).data(200);
            let conversation = format!("/v1/conversations/{}", ticket["conversation_id"].as_str().unwrap());
            assert_eq!(client.get(&conversation).data(200)["messages_count"], 1);
            let messages = client.get(&format!("{conversation}/messages")).data(200);
            assert_eq!(messages[0]["body"], request.body["description"]);
        }
    }
}

fn assert_there(client: &mut Client, path: &str, object: &Value) {
    let found = client.get(path);
    assert_eq!(found.status, 200, "{path} was answered, and is lost: {found:?}");
    assert!(settled(&found.body["data"]) == *object, "{path} is not as it was answered: {found:?}, {object}");
}

fn settled(object: &Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove("updated_at");
    object
}

fn print_of(object: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    object.to_string().hash(&mut hasher);
    hasher.finish()
}

struct Told {
    kind: String,
    subject: String,
    print: u64,
    bulk: Value,
}

/// The change feed as it was read so far.
#[derive(Default)]
pub struct Feed {
    last: u64,
    told: HashMap<String, Vec<Told>>,
}

impl Feed {
    /// Reads on to the end. An event has the number after the one before it.
    fn read(&mut self, client: &mut Client) {
        loop {
            let events = client.get(&format!("/v1/events?after=event_{:03}&per_page=100", self.last)).data(200);
            for event in events.as_array().unwrap() {
                self.last += 1;
                assert_eq!(event["id"], format!("event_{:03}", self.last), "the feed has a gap");
                self.take(event);
            }
            if events.as_array().unwrap().is_empty() {
                return;
            }
        }
    }

    fn take(&mut self, event: &Value) {
        let data = &event["data"];
        let kind = event["type"].as_str().unwrap().to_owned();
        let text = match kind.split('.').next().unwrap() {
            "contact" => &data["email"],
            "message" => &data["body"],
            _ => &data["subject"],
        };
        let mark = text.as_str().unwrap().split(['@', ' ']).next().unwrap().to_owned();
        let subject = data["id"].as_str().unwrap().to_owned();
        let told = Told { kind, subject, print: print_of(data), bulk: event["bulk_id"].clone() };
        self.told.entry(mark).or_default().push(told);
    }

    fn of(&self, mark: &str) -> &[Told] {
        self.told.get(mark).map_or(&[], Vec::as_slice)
    }

    fn kinds(&self, mark: &str) -> Vec<&str> {
        let mut kinds: Vec<&str> = self.of(mark).iter().map(|told| told.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds
    }

    fn subject(&self, mark: &str, kind: &str) -> Option<&str> {
        self.of(mark).iter().find(|told| told.kind == kind).map(|told| told.subject.as_str())
    }

    fn marks_of<'a>(&'a self, writer: &str) -> impl Iterator<Item = &'a String> {
        let prefix = format!("{writer}-");
        self.told.keys().filter(move |mark| mark.starts_with(&prefix))
    }

    /// The event of what was made holds what was answered; those of one bulk request share its id.
    fn assert_told(&self, request: &Request, data: &Value) {
        let told = self.of(&request.mark);
        assert!(!told.is_empty(), "{request} was answered, and is lost");
        if request.path.ends_with("/bulk") {
            assert!(told[0].bulk.is_string() && told.iter().all(|one| one.bulk == told[0].bulk), "{request}");
        } else {
            let same = told.iter().filter(|one| one.subject == data["id"].as_str().unwrap()).collect::<Vec<_>>();
            assert_eq!(same.len(), 1, "not told of once: {request}");
            assert_eq!(same[0].print, print_of(data), "the event does not hold what was answered: {}", request.mark);
        }
    }
}
