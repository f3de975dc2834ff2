//! Ranking, held against what a person would expect on top: `search_judged.json` holds queries over the demo's workspace, and
//! how good each hit is. How near the answers come to that is told as nDCG@10: 1 where the best stand on top in order.

use crate::harness::Client;
use crate::harness::TestApp;
use crate::harness::id;
use crate::lives::read_through;
use commflow::cli::demo;
use commflow::types::time::Clock;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// Hits that are looked at.
const DEPTH: usize = 10;
/// The mean must not fall below.
const MEAN_MIN: f64 = 0.98;
/// Nor any query below this.
const QUERY_MIN: f64 = 0.75;

/// A query, and what is good to find.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Judged {
    query: String,
    /// An object is as good as the first of these that it fits; what fits none is no good.
    good: Vec<Judgement>,
}

/// What is so good, told as a person would tell it. All that is said must fit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Judgement {
    /// 3: exactly this; 2: good; 1: acceptable.
    grade: i32,
    id: Option<String>,
    /// A contact of this name.
    name: Option<String>,
    /// A contact of this company.
    company: Option<String>,
    /// A contact of this phone number.
    phone: Option<String>,
    /// A thread, as conversation and as ticket alike, with a contact of this name, or with this in the name.
    with: Option<String>,
    /// A thread of this subject; `…` stands for anything.
    subject: Option<String>,
    /// A thread with this tag.
    tag: Option<String>,
    /// A thread with this in a message.
    says: Option<String>,
    /// A thread at this status.
    status: Option<String>,
    /// A thread that this user has.
    assignee: Option<String>,
}

/// An object of the workspace, and what was written in it.
struct Object {
    shown: Value,
    messages: Vec<String>,
}

impl Judgement {
    fn fits(&self, object: &Object) -> bool {
        let Object { shown, messages } = object;
        let is = |wanted: &Option<String>, value: &Value| wanted.as_ref().is_none_or(|wanted| value == wanted);
        let with = |wanted: &String| shown["contact"]["name"].as_str().is_some_and(|name| name.contains(wanted));
        is(&self.id, &shown["id"])
            && is(&self.name, &shown["name"])
            && is(&self.company, &shown["company"])
            && is(&self.phone, &shown["phone"])
            && is(&self.status, &shown["status"])
            && is(&self.assignee, &shown["assignee"]["name"])
            && self.with.as_ref().is_none_or(with)
            && self.subject.as_ref().is_none_or(|wanted| is_like(shown["subject"].as_str(), wanted))
            && self
                .tag
                .as_ref()
                .is_none_or(|tag| shown["tags"].as_array().is_some_and(|tags| tags.iter().any(|one| one == tag)))
            && self.says.as_ref().is_none_or(|text| messages.iter().any(|body| body.contains(text)))
    }
}

/// Whether a subject is like that, where `…` stands for anything.
fn is_like(subject: Option<&str>, wanted: &str) -> bool {
    let Some(mut rest) = subject else { return false };
    let pieces: Vec<&str> = wanted.split('…').collect();
    let last = pieces.len() - 1;
    for (at, piece) in pieces.iter().enumerate() {
        let found = match at {
            _ if at == last && last > 0 => rest.ends_with(piece).then(|| rest.len() - piece.len()),
            0 => rest.starts_with(piece).then_some(0),
            _ => rest.find(piece),
        };
        let Some(found) = found else { return false };
        rest = &rest[found + piece.len()..];
    }
    rest.is_empty()
}

/// All objects of the workspace by id.
fn objects(desk: &TestApp, who: &Client<'_>) -> HashMap<String, Object> {
    let written = |db: &rusqlite::Connection| {
        let mut select = db.prepare("SELECT thread_id, body FROM messages")?;
        let rows = select.query_map([], |row| Ok((format!("conv_{:03}", row.get::<_, i64>(0)?), row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<Vec<(String, String)>>>()?)
    };
    let mut messages: HashMap<String, Vec<String>> = HashMap::new();
    for (thread, body) in desk.server().store.read_blocking(written).unwrap() {
        messages.entry(thread).or_default().push(body);
    }
    let lists = ["conversations", "contacts", "tickets"];
    let all = lists.iter().flat_map(|list| read_through(who, &format!("/v1/{list}?per_page=100")));
    let object = |shown: Value| {
        let thread = shown["conversation_id"].as_str().unwrap_or(id(&shown));
        let messages = messages.get(thread).cloned().unwrap_or_default();
        (id(&shown).to_owned(), Object { shown, messages })
    };
    all.map(object).collect()
}

/// The ids that a search finds, the best first: the three lists as one, in their order where scores are equal.
fn ranked(who: &Client<'_>, query: &str) -> Vec<String> {
    let data = crate::search::search(who, query).ok();
    let mut hits: Vec<&Value> =
        ["conversations", "contacts", "tickets"].iter().flat_map(|list| data[list].as_array().unwrap()).collect();
    hits.sort_by(|one, other| other["score"].as_f64().unwrap().total_cmp(&one["score"].as_f64().unwrap()));
    hits.into_iter().map(|hit| id(hit).to_owned()).collect()
}

/// What a list of grades is worth: the more, the better and the further up they are.
fn gain(grades: impl IntoIterator<Item = i32>) -> f64 {
    let worth =
        |(place, grade): (i32, i32)| (f64::from(2_i32.pow(grade.unsigned_abs())) - 1.0) / f64::from(place + 2).log2();
    (0..).zip(grades.into_iter().take(DEPTH)).map(worth).sum()
}

#[test]
fn the_best_stand_on_top_as_a_person_would_expect() {
    let desk = TestApp::new();
    let access = demo::fill(&desk.server().store, &Clock::manual(desk.now())).unwrap().unwrap();
    let sarah = desk.with_key(&access.key);
    let objects = objects(&desk, &sarah);
    let judged: Vec<Judged> = serde_json::from_str(include_str!("search_judged.json")).unwrap();
    let mut sum = 0.0;
    let mut poor = Vec::new();
    for Judged { query, good } in &judged {
        for judgement in good {
            assert!(objects.values().any(|object| judgement.fits(object)), "{query}: nothing is as {judgement:?}");
        }
        let grade = |object: &Object| good.iter().find(|one| one.fits(object)).map_or(0, |one| one.grade);
        let mut best: Vec<i32> = objects.values().map(grade).collect();
        best.sort_unstable_by(|one, other| other.cmp(one));
        let found: Vec<i32> = ranked(&sarah, query).iter().map(|id| grade(&objects[id])).collect();
        let score = gain(found.iter().copied()) / gain(best);
        eprintln!("{score:.3}  {query:44} {:?}", &found[..found.len().min(DEPTH)]);
        poor.extend((score < QUERY_MIN).then_some(query));
        sum += score;
    }
    let mean = sum / judged.len() as f64;
    eprintln!("{mean:.3}  is the mean of {} queries", judged.len());
    assert_eq!(poor, Vec::<&String>::new(), "these find other than what is good");
    assert!(mean >= MEAN_MIN, "the mean nDCG is {mean:.3}");
}
