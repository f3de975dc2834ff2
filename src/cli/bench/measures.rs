//! What is measured, in which order, against what.

use fastrand::Rng;
use std::io::Write;

/// Which of the two servers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Side {
    /// The bare one.
    Bare,
    /// CommFlow.
    Product,
}

/// What the requests draw on.
pub struct Scene {
    /// Tickets, and as many conversations, from 1.
    pub tickets: u32,
    /// Contacts, from 1.
    pub contacts: u32,
    /// An API key for each connection, so that no limit is met.
    pub keys: Vec<String>,
}

/// A measurement.
pub struct Measure {
    /// What the table calls it.
    pub name: &'static str,
    /// Whom it asks.
    pub side: Side,
    /// The measurement that it is held against, and the share of it that is aimed at.
    pub aim: Option<(&'static str, f64)>,
    /// Writes the next request of a connection.
    pub request: fn(&Scene, usize, &mut Rng, &mut Vec<u8>),
}

/// In this order, each beside its yardstick.
pub const MEASURES: [Measure; 8] = [
    Measure { name: "bare handler", side: Side::Bare, aim: None, request: bare },
    Measure { name: "bare point select", side: Side::Bare, aim: None, request: bare_select },
    Measure { name: "GET one ticket", side: Side::Product, aim: Some(("bare point select", 0.6)), request: get_ticket },
    Measure { name: "bare list", side: Side::Bare, aim: None, request: bare_list },
    Measure { name: "list by status, total", side: Side::Product, aim: Some(("bare list", 0.6)), request: list },
    Measure { name: "bare durable INSERT", side: Side::Bare, aim: None, request: bare_insert },
    Measure { name: "POST ticket", side: Side::Product, aim: Some(("bare durable INSERT", 0.5)), request: post_ticket },
    Measure {
        name: "POST message",
        side: Side::Product,
        aim: Some(("bare durable INSERT", 0.5)),
        request: post_message,
    },
];

const STATUSES: [&str; 4] = ["open", "pending", "resolved", "closed"];
const TEXT: &str = "Good morning, since the update of last night the export stops at the second page. \
    I have tried it in two browsers and on another machine, and it is the same everywhere. Could you have a look?";

fn bare(_: &Scene, who: usize, _: &mut Rng, out: &mut Vec<u8>) {
    get(out, None, who, format_args!("/bare"));
}

fn bare_select(scene: &Scene, who: usize, dice: &mut Rng, out: &mut Vec<u8>) {
    get(out, None, who, format_args!("/select/{}", dice.u32(1..=scene.tickets)));
}

fn get_ticket(scene: &Scene, who: usize, dice: &mut Rng, out: &mut Vec<u8>) {
    get(out, Some(scene), who, format_args!("/v1/tickets/ticket_{:03}", dice.u32(1..=scene.tickets)));
}

fn bare_list(_: &Scene, who: usize, dice: &mut Rng, out: &mut Vec<u8>) {
    get(out, None, who, format_args!("/list/{}", dice.choice(STATUSES).unwrap_or_default()));
}

fn list(scene: &Scene, who: usize, dice: &mut Rng, out: &mut Vec<u8>) {
    let status = dice.choice(STATUSES).unwrap_or_default();
    get(out, Some(scene), who, format_args!("/v1/tickets?status={status}&per_page=25"));
}

fn bare_insert(_: &Scene, who: usize, _: &mut Rng, out: &mut Vec<u8>) {
    post(out, None, who, format_args!("/insert"), &format!(r#"{{"body":"{TEXT}"}}"#));
}

/// One ticket in four is a stranger's.
fn post_ticket(scene: &Scene, who: usize, dice: &mut Rng, out: &mut Vec<u8>) {
    let contact = match dice.u32(0..4) {
        0 => format!(r#"{{"email":"new.{:x}@customer.example","name":"Nora New"}}"#, dice.u64(..)),
        _ => format!(r#"{{"email":"{}"}}"#, address(dice.u32(1..=scene.contacts))),
    };
    let body = format!(r#"{{"subject":"The export stops half-way","description":"{TEXT}","contact":{contact}}}"#);
    post(out, Some(scene), who, format_args!("/v1/tickets"), &body);
}

/// Writes a reply into any conversation.
pub fn post_message(scene: &Scene, who: usize, dice: &mut Rng, out: &mut Vec<u8>) {
    let conversation = dice.u32(1..=scene.tickets);
    let body = format!(r#"{{"body":"{TEXT}"}}"#);
    post(out, Some(scene), who, format_args!("/v1/conversations/conv_{conversation:03}/messages"), &body);
}

/// The address of the contact of this number.
pub fn address(contact: u32) -> String {
    format!("person.{contact}@customer.example")
}

/// Writes a GET.
pub fn get(out: &mut Vec<u8>, scene: Option<&Scene>, who: usize, path: std::fmt::Arguments) {
    // Writing into memory can't fail.
    drop(write!(out, "GET {path} HTTP/1.1\r\nhost: localhost\r\n"));
    authorize(out, scene, who);
    out.extend_from_slice(b"\r\n");
}

/// Writes a POST.
pub fn post(out: &mut Vec<u8>, scene: Option<&Scene>, who: usize, path: std::fmt::Arguments, body: &str) {
    drop(write!(out, "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"));
    authorize(out, scene, who);
    drop(write!(out, "content-length: {}\r\n\r\n{body}", body.len()));
}

fn authorize(out: &mut Vec<u8>, scene: Option<&Scene>, who: usize) {
    if let Some(key) = scene.and_then(|scene| scene.keys.get(who)) {
        drop(write!(out, "authorization: Bearer {key}\r\n"));
    }
}
