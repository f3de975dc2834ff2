//! What people write: a few sentences again and again, for the measurements that don't look into texts.

use fastrand::Rng;

const NAMES: [&str; 8] = ["Ada", "Ben", "Chloe", "Dimitri", "Emeka", "Fatima", "Greta", "Hiroshi"];
const FAMILIES: [&str; 8] = ["Abbott", "Baumann", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad"];
const SUBJECTS: [&str; 6] = [
    "The export stops half-way",
    "I can't sign in any more",
    "Where is my order?",
    "A question about the last invoice",
    "The app closes when I take a photograph",
    "Please change the address of our account",
];
const SENTENCES: [&str; 8] = [
    "Good morning, and thank you for the quick answer the other day.",
    "Since the update of last night it stops at the second page, in two browsers and on another machine.",
    "The order was confirmed on Monday, and the parcel service knows nothing of it.",
    "I have attached what I see, and the log of the last hour.",
    "Could you have a look, please? We can't close the month without it.",
    "It used to work until last week, and nothing was changed on our side as far as I know.",
    "We have found the cause, and the next release will bring the remedy.",
    "Kind regards from all of us.",
];

/// Where the texts of a workspace come from.
pub trait Texts {
    /// The subject of the ticket of this number.
    fn subject(&self, number: u32, dice: &mut Rng) -> String;
    /// What a message says.
    fn body(&self, dice: &mut Rng) -> String;
    /// Where a contact works.
    fn company(&self, dice: &mut Rng) -> String;
    /// How many notes a ticket has beside its comment and its reply.
    fn notes(&self, dice: &mut Rng) -> u32;
}

/// The same sentences again and again.
pub struct Sentences;

impl Texts for Sentences {
    fn subject(&self, number: u32, _: &mut Rng) -> String {
        cycled(&SUBJECTS, number).to_owned()
    }

    /// Two to six sentences.
    fn body(&self, dice: &mut Rng) -> String {
        let sentences: Vec<_> = (0..dice.u32(2..=6)).map(|_| one(dice, &SENTENCES)).collect();
        sentences.join(" ")
    }

    fn company(&self, _: &mut Rng) -> String {
        "Example Ltd".to_owned()
    }

    fn notes(&self, _: &mut Rng) -> u32 {
        0
    }
}

/// Somebody's name.
pub fn name(dice: &mut Rng) -> String {
    format!("{} {}", one(dice, &NAMES), one(dice, &FAMILIES))
}

/// The name of a user of this number.
pub fn name_of_user(number: u32) -> String {
    format!("{} {}", cycled(&NAMES, number), cycled(&FAMILIES, number / 3))
}

fn one(dice: &mut Rng, words: &[&'static str]) -> &'static str {
    dice.choice(words).copied().unwrap_or_default()
}

fn cycled(words: &[&'static str], number: u32) -> &'static str {
    words.iter().cycle().nth(number as usize % words.len()).copied().unwrap_or_default()
}
