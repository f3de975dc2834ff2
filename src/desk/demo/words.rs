//! What stands in the place of the placeholders of one thread, written as its language writes it.

use crate::desk::demo::data::People;
use crate::desk::demo::people::Person;
use crate::types::time::Time;
use chrono::DateTime;
use fastrand::Rng;

const DAY_S: i64 = 24 * 3_600;

/// The words of one thread: the same in its subject and in all of its messages.
#[derive(Debug)]
pub struct Words {
    /// The number of an order.
    pub order: String,
    words: [(&'static str, String); 8],
}

impl Words {
    /// The words of a thread of this person, which the agent of that name looks after.
    pub fn new(rng: &mut Rng, people: &People, person: &Person, agent: &str, begun: Time) -> Self {
        let order = format!("LF-{}", rng.u32(31_000..68_000));
        let product = rng.choice(&people.products).cloned().unwrap_or_default();
        // A round sum of money is never the truth.
        let cents = rng.i64(19..240) * 100 + rng.choice([0, 50, 90, 90, 95]).unwrap_or(0);
        let (before, after) = (begun.plus(-rng.i64(3..13) * DAY_S), begun.plus(rng.i64(9..21) * DAY_S));
        let words = [
            ("{first_name}", person.first_name.clone()),
            ("{name}", person.name.clone()),
            ("{company}", person.company.clone().unwrap_or_else(|| person.name.clone())),
            ("{agent}", agent.to_owned()),
            ("{amount}", amount(person.language, cents)),
            ("{date}", date(person.language, before)),
            ("{soon}", date(person.language, after)),
            ("{product}", product),
        ];
        Self { order, words }
    }

    /// The text with its placeholders filled.
    pub fn fill(&self, text: &str) -> String {
        let filled = text.replace("{order}", &self.order);
        self.words.iter().fold(filled, |text, (place, word)| text.replace(place, word))
    }
}

fn amount(language: &str, cents: i64) -> String {
    let (whole, rest) = (cents / 100, cents % 100);
    match language {
        "en" => format!("€{whole}.{rest:02}"),
        "pl" => format!("{},{rest:02} zł", whole * 4),
        "sv" => format!("{} kr", whole * 11),
        "tr" => format!("{},{rest:02} TL", whole * 40),
        "ja" => format!("{}円", thousands(whole * 160)),
        "ko" => format!("{}원", thousands(whole * 1_600)),
        "zh" => format!("{}元", whole * 8),
        "ar" => format!("{whole}.{rest:02} يورو"),
        _ => format!("{whole},{rest:02} €"),
    }
}

fn thousands(number: i64) -> String {
    match number / 1_000 {
        0 => number.to_string(),
        above => format!("{above},{:03}", number % 1_000),
    }
}

fn date(language: &str, day: Time) -> String {
    let form = match language {
        "en" => "%-d %B",
        "de" => "%d.%m.%Y",
        _ => "%d/%m/%Y",
    };
    DateTime::from_timestamp(day.unix(), 0).unwrap_or_default().format(form).to_string()
}
