//! Laws of the values that everything is made of: whatever comes in, these hold.

use commflow::desk::contacts::Contact;
use commflow::desk::threads::ConversationKind;
use commflow::types::custom_fields::CustomFields;
use commflow::types::custom_fields::CustomFieldsPatch;
use commflow::types::email::Email;
use commflow::types::field::parse;
use commflow::types::id::Id;
use commflow::types::id::Kind;
use commflow::types::paging::Cursor;
use commflow::types::paging::CursorValue;
use commflow::types::text::Body;
use commflow::types::text::Color;
use commflow::types::text::Line;
use commflow::types::text::Phone;
use commflow::types::text::Remark;
use commflow::types::text::TagName;
use commflow::types::text::WebAddress;
use commflow::types::time::Time;
use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::fmt::Display;
use std::str::FromStr;

fn as_patch(object: &Map<String, Value>) -> CustomFieldsPatch {
    parse(Value::Object(object.clone())).unwrap()
}

fn as_fields(object: &Map<String, Value>) -> CustomFields {
    CustomFields::default().merged(&as_patch(object)).unwrap()
}

/// RFC 7396 as it stands there, for values that are no objects.
fn merge_patch(target: &Map<String, Value>, patch: &Map<String, Value>) -> Map<String, Value> {
    let mut merged = target.clone();
    for (name, value) in patch {
        if value.is_null() {
            merged.remove(name);
        } else {
            merged.insert(name.clone(), value.clone());
        }
    }
    merged
}

fn plain_value() -> impl Strategy<Value = Value> {
    let string = ".{0,20}".prop_filter("NUL is refused", |text| !text.contains('\0'));
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e15..1e15_f64).prop_map(Value::from),
        string.prop_map(Value::from),
    ]
}

/// Few names, so that a patch meets what it changes.
fn flat_object() -> impl Strategy<Value = Map<String, Value>> {
    btree_map("[a-e]{1,2}", plain_value(), 0..20).prop_map(|map| map.into_iter().collect())
}

fn cursor() -> impl Strategy<Value = Cursor> {
    let value = prop_oneof![any::<i64>().prop_map(CursorValue::Number), any::<String>().prop_map(CursorValue::Text)];
    (value, any::<i64>()).prop_map(|(value, row)| Cursor { value, row })
}

/// What parses, prints, and parses from that to the same: trimming twice changes nothing more.
fn is_settled<T: FromStr + Display + PartialEq>(text: &str) -> bool {
    match text.parse::<T>() {
        Ok(value) => {
            value.to_string().parse::<T>().is_ok_and(|again| again == value && again.to_string() == value.to_string())
        }
        Err(_) => true,
    }
}

/// Texts that are nearly right, and texts that are anything.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \\t\\n]{0,2}[a-zÄß #+@.:/0-9\\-]{0,70}[ \\r]{0,2}",
        "[ ]?#[0-9A-Fa-g]{5,7}",
        "[ ]?https?://[a-z.]{0,10}(:[0-9]{1,6})?/[ -~]{0,10}",
        "\\PC{0,300}",
    ]
}

proptest! {
    #[test]
    fn an_id_prints_and_parses_to_itself(number in 0..i64::MAX) {
        let id = Id::<Contact>::from_row(number);
        prop_assert_eq!(id.to_string().parse::<Id<Contact>>().unwrap(), id);
        prop_assert!(id.to_string().parse::<Id<ConversationKind>>().is_err(), "an id of another kind");
    }

    #[test]
    fn an_id_has_one_spelling(number in 0..100_000_i64, zeros in 0..6_usize) {
        let spelling = format!("{}_{}{number}", Contact::PREFIX, "0".repeat(zeros));
        let printed = Id::<Contact>::from_row(number).to_string();
        prop_assert_eq!(spelling.parse::<Id<Contact>>().is_ok(), spelling == printed, "{}", spelling);
    }

    #[test]
    fn no_text_but_an_id_is_taken_for_one(text in "(contact_|Contact_|contact)?[ +\\-0-9a-fٳ]{0,25}|\\PC*") {
        if let Ok(id) = text.parse::<Id<Contact>>() {
            prop_assert_eq!(id.to_string(), text);
        }
    }

    #[test]
    fn a_time_prints_and_parses_to_itself(seconds in any::<i64>()) {
        let time = Time::from_unix(seconds);
        prop_assert_eq!(time.to_string().parse::<Time>().unwrap(), time);
        prop_assert_eq!(time.to_string().len(), "2026-01-15T10:30:00Z".len());
    }

    #[test]
    fn times_sort_as_their_texts_do(one in any::<i64>(), other in any::<i64>()) {
        let (one, other) = (Time::from_unix(one), Time::from_unix(other));
        prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
    }

    #[test]
    fn an_offset_names_the_same_instant(seconds in 0..4_000_000_000_i64, minutes in -1_439..1_440_i64) {
        let local = Time::from_unix(seconds + minutes * 60).to_string();
        let sign = if minutes < 0 { '-' } else { '+' };
        let text = format!("{}{sign}{:02}:{:02}", local.trim_end_matches('Z'), minutes.abs() / 60, minutes.abs() % 60);
        prop_assert_eq!(text.parse::<Time>().unwrap(), Time::from_unix(seconds), "{}", text);
    }

    #[test]
    fn a_date_is_its_midnight_and_exists_or_is_refused(year in 1..10_000_u32, month in 0..14_u32, day in 0..33_u32) {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let length = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        let date = format!("{year:04}-{month:02}-{day:02}");
        let midnight = format!("{date}T00:00:00Z");
        prop_assert_eq!(date.parse::<Time>().is_ok(), (1..=length).contains(&day), "{}", date);
        prop_assert_eq!(date.parse::<Time>().ok(), midnight.parse::<Time>().ok());
    }

    #[test]
    fn no_text_makes_a_time_panic_or_leave_its_years(text in "[0-9+\\-TtZz:. ]{0,30}|\\PC*") {
        if let Ok(time) = text.parse::<Time>() {
            prop_assert_eq!(time.to_string().parse::<Time>().unwrap(), time, "{}", text);
        }
    }

    #[test]
    fn a_cursor_prints_and_parses_to_itself(cursor in cursor()) {
        prop_assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
    }

    #[test]
    fn no_text_makes_a_cursor_panic(text in "[nt]?[\\-+0-9a-fA-F.]{0,30}|[nt]\\PC*\\.[0-9]{1,20}|\\PC*") {
        if let Ok(cursor) = text.parse::<Cursor>() {
            prop_assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        }
    }

    #[test]
    fn custom_fields_merge_as_rfc_7396_says(before in flat_object(), patch in flat_object()) {
        let stored = merge_patch(&Map::new(), &before);
        let fields = as_fields(&before);
        prop_assert_eq!(serde_json::to_value(&fields).unwrap(), Value::Object(stored.clone()));
        let merged = fields.merged(&as_patch(&patch)).unwrap();
        prop_assert_eq!(serde_json::to_value(&merged).unwrap(), Value::Object(merge_patch(&stored, &patch)));
        prop_assert_eq!(merged.merged(&as_patch(&patch)).unwrap(), merged, "a patch sent twice is a patch sent once");
    }

    #[test]
    fn texts_are_settled_once_they_are_trimmed(text in text()) {
        prop_assert!(is_settled::<Line>(&text), "line");
        prop_assert!(is_settled::<Phone>(&text), "phone");
        prop_assert!(is_settled::<TagName>(&text), "tag");
        prop_assert!(is_settled::<Body>(&text), "body");
        prop_assert!(is_settled::<Remark>(&text), "remark");
        prop_assert!(is_settled::<Color>(&text), "colour");
        prop_assert!(is_settled::<WebAddress>(&text), "address");
        prop_assert!(is_settled::<Email>(&text), "e-mail");
    }

    #[test]
    fn a_line_is_trimmed_short_and_on_one_line(text in text()) {
        if let Ok(line) = text.parse::<Line>() {
            prop_assert_eq!(line.as_str(), text.trim());
            prop_assert!((1..=255).contains(&line.as_str().chars().count()));
            prop_assert!(!line.as_str().chars().any(char::is_control));
        }
    }

    #[test]
    fn an_address_is_kept_as_given_and_compared_without_case(
        local in "[a-zA-Z0-9+_%'-]{1,64}",
        labels in proptest::collection::vec("[a-zA-Z0-9]{1,20}", 1..4),
        space in select(vec!["", " ", "\t"]),
    ) {
        let address = format!("{local}@{}", labels.join("."));
        let email = format!("{space}{address}{space}").parse::<Email>().unwrap();
        prop_assert_eq!(email.as_str(), &address);
        prop_assert_eq!(email.key(), address.to_uppercase().parse::<Email>().unwrap().key());
        prop_assert_eq!(email.key().parse::<Email>().unwrap().key(), email.key());
    }

    #[test]
    fn whatever_is_taken_for_an_address_has_two_halves_and_no_spaces(text in "[ a-z@.<>,;:\"\\-\u{a0}]{0,40}|\\PC*") {
        if let Ok(email) = text.parse::<Email>() {
            prop_assert_eq!(email.as_str().matches('@').count(), 1, "{:?}", email);
            prop_assert!(!email.as_str().chars().any(|c| c.is_whitespace() || c.is_control()));
            prop_assert!(!email.as_str().starts_with('@') && !email.as_str().ends_with('@'));
        }
    }
}

#[test]
fn custom_fields_hold_at_most_fifty_keys_also_when_merged() {
    let many =
        |from: usize, to: usize| (from..to).map(|number| (format!("key {number}"), json!(1))).collect::<Map<_, _>>();
    let fifty = as_fields(&many(0, 50));
    assert!(fifty.merged(&as_patch(&many(50, 51))).is_err());
    assert!(fifty.merged(&as_patch(&many(0, 50))).is_ok());
    assert!(parse::<CustomFieldsPatch>(Value::Object(many(0, 51))).is_err());
}

#[test]
fn times_that_are_not_are_refused() {
    for text in [
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-01-15T24:00:00Z",
        "2026-01-15T10:60:00Z",
        "2026-01-15T10:00:00",
        "2026-01-15T10:00Z",
        "2026-1-15",
        "15.01.2026",
        "0000-12-31",
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01",
        "+12026-01-01T00:00:00Z",
        "1705320600",
        "",
        "now",
        "٢٠٢٦-01-15",
        "2026-01-15T10:00:00+24:00",
        " 2026-01-15",
    ] {
        assert!(text.parse::<Time>().is_err(), "{text} is no time");
    }
    let last = "9999-12-31T23:59:59Z".parse::<Time>().unwrap();
    assert_eq!(last.plus(i64::MAX), last, "arithmetic stays within the years that can be written");
    let first = "0001-01-01".parse::<Time>().unwrap();
    assert_eq!((first.plus(i64::MIN), first.since(last) < 0), (first, true));
    assert_eq!("2026-01-15T10:00:00.999Z".parse::<Time>(), "2026-01-15T10:00:00Z".parse());
}
