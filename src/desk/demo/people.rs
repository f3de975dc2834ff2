//! The customers of the demo: made-up people at made-up companies, with addresses and numbers that reach nobody.

use crate::desk::demo::data::Name;
use crate::desk::demo::data::People;
use fastrand::Rng;
use serde_json::Value;
use serde_json::json;

/// How many customers speak each language: 400 in all. Where that is more than there are names, given and family names
/// meet anew, which only some languages allow.
const SHARES: [(&str, usize); 14] = [
    ("en", 190),
    ("de", 36),
    ("fr", 32),
    ("es", 24),
    ("pt", 15),
    ("it", 15),
    ("nl", 12),
    ("pl", 12),
    ("ja", 12),
    ("zh", 12),
    ("sv", 10),
    ("ko", 10),
    ("ar", 10),
    ("tr", 10),
];
/// Where people without a company have their mail.
const MAIL_HOSTS: [&str; 3] = ["postbox.example", "mailhaven.example", "webletter.example"];
/// Numbers that the telephone authorities keep free for films and books, but for the last two digits.
const PHONES: [(&str, &str); 4] =
    [("en", "+44 7700 9001"), ("de", "+49 30 231250"), ("fr", "+33 1 99 00 47 "), ("sv", "+46 8 465 004 ")];
const PLANS: [(&str, i64); 4] = [("Starter", 1), ("Starter", 2), ("Plus", 5), ("Pro", 15)];

/// A customer.
#[derive(Debug)]
pub struct Person {
    /// What he or she speaks.
    pub language: &'static str,
    /// The full name.
    pub name: String,
    /// What friendly people call him or her.
    pub first_name: String,
    /// Where he or she works, if anywhere.
    pub company: Option<String>,
    /// What `POST /v1/contacts` takes.
    pub contact: Value,
}

/// Makes up all customers.
pub fn make_up(rng: &mut Rng, people: &People) -> Vec<Person> {
    let of_language = |(language, count): &(&'static str, usize)| {
        let names = people.names.get(*language).map_or(&[][..], Vec::as_slice);
        let named: Vec<_> = (0..*count).filter_map(|number| name(names, number)).collect();
        named.into_iter().map(|(name, latin)| person(rng, people, language, name, latin)).collect::<Vec<_>>()
    };
    SHARES.iter().flat_map(of_language).collect()
}

/// The name of this number, as it is written and in Latin letters.
fn name(names: &[Name], number: usize) -> Option<(String, String)> {
    let count = names.len().max(1);
    let (given, round) = (names.get(number % count)?, number / count);
    if round == 0 {
        return Some((given.name.clone(), given.latin.clone()));
    }
    let family = names.get((number + 7 * round) % count)?;
    let meet = |given: &str, family: &str| {
        let (given, family) = (given.split(' ').next()?, family.split_once(' ')?.1);
        Some(format!("{given} {family}"))
    };
    Some((meet(&given.name, &family.name)?, meet(&given.latin, &family.latin)?))
}

fn person(rng: &mut Rng, people: &People, language: &'static str, name: String, latin: String) -> Person {
    let works = rng.u8(..100) < 82;
    let company = people.companies.get(language).and_then(|all| rng.choice(all)).filter(|_| works);
    let host = company.map(|company| company.domain.as_str()).or(rng.choice(MAIL_HOSTS));
    let email = format!("{}@{}", latin.replace(' ', "."), host.unwrap_or_default());
    let numbers = PHONES.iter().find(|(of, _)| *of == language).filter(|_| rng.u8(..100) < 60);
    let phone = numbers.map(|(_, start)| format!("{start}{:02}", rng.u8(..100)));
    let mut custom_fields = json!({});
    if let Some((plan, seats)) = rng.choice(PLANS).filter(|_| works) {
        custom_fields = json!({ "plan": plan, "seats": rng.i64(seats..=seats * 2) });
    }
    let company = company.map(|company| company.name.clone());
    Person {
        language,
        first_name: name.split(' ').next().unwrap_or_default().to_owned(),
        contact: json!({
            "email": email, "name": name, "phone": phone, "company": company, "custom_fields": custom_fields,
        }),
        name,
        company,
    }
}
