//! The query language, as a user meets it.

use crate::harness::HOUR;
use crate::harness::TestApp;
use crate::search::found;
use crate::search::search;
use serde_json::json;

#[test]
fn all_words_must_match_and_the_last_one_may_be_begun() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for subject in
        ["Password reset fails", "Password forgotten", "Reset of the router", "Internationalisation of resets"]
    {
        sarah.conversation(json!({"subject": subject, "message": {"body": "Hello"}}));
    }
    assert_eq!(found(&sarah, "password reset"), ["conv_001"]);
    assert_eq!(found(&sarah, "reset password"), ["conv_001"]);
    assert_eq!(found(&sarah, "password res"), ["conv_001"]);
    // Only the last word may be begun.
    assert_eq!(found(&sarah, "pass reset"), Vec::<String>::new());
    for beginning in ["i", "in", "int", "inte", "internat", "internationalisation"] {
        assert_eq!(found(&sarah, beginning), ["conv_004"], "{beginning}");
    }
    assert_eq!(found(&sarah, "resets"), ["conv_004"]);
    let mut begun = found(&sarah, "res");
    begun.sort();
    assert_eq!(begun, ["conv_001", "conv_003", "conv_004"]);
}

#[test]
fn phrases_exclusions_and_odd_signs() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for subject in ["the red kettle leaks", "the kettle, red and new", "a blue kettle"] {
        sarah.conversation(json!({"subject": subject, "message": {"body": "Hello"}}));
    }
    assert_eq!(found(&sarah, "\"red kettle\""), ["conv_001"]);
    assert_eq!(found(&sarah, "\"kettle red\""), ["conv_002"]);
    assert_eq!(found(&sarah, "\"red kettle"), ["conv_001"]);
    assert_eq!(found(&sarah, "kettle -red"), ["conv_003"]);
    assert_eq!(found(&sarah, "kettle -\"red kettle\" -blue"), ["conv_002"]);
    assert_eq!(found(&sarah, "-kettle"), ["contact_001"]);
    assert_eq!(found(&sarah, "kettle (blue) *"), ["conv_003"]);
    for nothing in ["***", "-", "\"\"", ":", "() ?", "\u{202e}"] {
        assert_eq!(found(&sarah, nothing), Vec::<String>::new(), "{nothing}");
    }
}

#[test]
fn filters_by_field() {
    let desk = TestApp::new();
    let ada = desk.admin();
    let ben = desk.user("Ben Bridge", commflow::desk::users::Role::Agent, commflow::desk::api_keys::Scope::Write);
    ada.post("/v1/inboxes", json!({"name": "Sales team"})).created();
    ada.ticket(json!({"subject": "kettle one", "priority": "high", "channel": "email", "tags": ["billing", "late"],
        "assignee_id": ben.user, "contact": {"email": "mia@example.com", "name": "Mia Brook"}}));
    ada.ticket(
        json!({"subject": "kettle two", "priority": "low", "channel": "chat", "tags": ["late"], "inbox_id": "inbox_002",
        "contact": {"email": "mia@other.example", "name": "Mia Stone"}}),
    );
    ada.patch("/v1/tickets/ticket_002", json!({"status": "resolved"})).ok();
    ada.conversation(json!({"subject": "kettle three"}));
    let table: [(&str, &[&str]); 27] = [
        ("kettle priority:high", &["conv_001", "ticket_001"]),
        ("kettle -priority:high type:ticket", &["ticket_002"]),
        ("kettle channel:chat", &["conv_002", "ticket_002"]),
        ("kettle status:open", &["conv_003", "conv_001", "ticket_001"]),
        ("kettle status:resolved", &["ticket_002"]),
        ("kettle status:closed", &["conv_002"]),
        ("kettle -status:closed", &["conv_003", "conv_001", "ticket_002", "ticket_001"]),
        ("kettle status:open status:resolved type:ticket", &["ticket_002", "ticket_001"]),
        ("kettle tag:late", &["conv_002", "conv_001", "ticket_002", "ticket_001"]),
        ("kettle tag:late tag:billing", &["conv_001", "ticket_001"]),
        ("kettle -tag:BILLING tag:Late", &["conv_002", "ticket_002"]),
        ("kettle tag:unknown", &[]),
        ("assignee:user_002", &["conv_001", "ticket_001"]),
        ("assignee:bridge kettle", &["conv_001", "ticket_001"]),
        ("assignee:none kettle", &["conv_003", "conv_002", "ticket_002"]),
        ("from:mia", &["conv_002", "conv_001", "ticket_002", "ticket_001"]),
        ("from:\"mia stone\"", &["conv_002", "ticket_002"]),
        ("from:mia@example.com", &["conv_001", "ticket_001"]),
        ("from:contact_001", &["conv_001", "ticket_001"]),
        ("from:nobody", &[]),
        ("inbox:inbox_002", &["ticket_002"]),
        ("inbox:sales", &["ticket_002"]),
        ("type:contact mia", &["contact_002", "contact_001"]),
        ("type:ticket priority:low", &["ticket_002"]),
        ("type:ticket type:contact mia -stone", &["contact_001", "ticket_001"]),
        ("kettle status:", &[]),
        ("kettle priority:sometimes", &[]),
    ];
    for (query, expected) in table {
        let (mut found, mut expected) = (found(&ada, query), expected.to_vec());
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{query}");
    }
    assert_eq!(found(&ben, "assignee:me"), ["conv_001", "ticket_001"]);
    assert_eq!(found(&ada, "assignee:me"), Vec::<String>::new());
}

#[test]
fn spellings_are_folded_and_scripts_without_spaces_are_searched_inside() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let subjects = [
        "Rückerstattung für Größe",
        "東京都の配送について",
        "서울에서 배송",
        "Ελληνικά τεστ",
        "возврат заказа",
        "استرجاع الطلب",
        "การจัดส่งสินค้า",
    ];
    for subject in subjects {
        sarah.conversation(json!({"subject": subject, "message": {"body": "-"}}));
    }
    for (query, expected) in [
        ("ruckerstattung", "conv_001"),
        ("RÜCKERSTATTUNG grosse", "conv_001"),
        ("größe", "conv_001"),
        ("東京", "conv_002"),
        ("京都", "conv_002"),
        ("配送", "conv_002"),
        ("서울", "conv_003"),
        ("울에", "conv_003"),
        ("ελληνικα", "conv_004"),
        ("ВОЗВРАТ", "conv_005"),
        ("الطلب", "conv_006"),
        ("จัดส่ง", "conv_007"),
    ] {
        assert_eq!(found(&sarah, query), [expected], "{query}");
    }
    assert_eq!(found(&sarah, "都京"), Vec::<String>::new());
}

#[test]
fn one_typo_is_forgiven_where_nothing_matches_else() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({"subject": "Refund of the invoice"}));
    for query in ["refnud", "refud", "reffund", "refubd", "invoise refund", "inviice", "refubd invo"] {
        let answer = search(&sarah, query);
        assert_eq!(found(&sarah, query), ["conv_001"], "{query}");
        assert_eq!(answer.body["meta"]["typos"], true, "{query}");
        assert!(answer.text.contains("<em>"), "{query}: {}", answer.text);
    }
    for query in ["rfnud", "refund -invoise invoize", "thex"] {
        let _ = search(&sarah, query).expect(200);
    }
    // What stands in quotes is meant as it is written, and numbers always are.
    for query in ["rfnudx", "\"refnud\"", "\"refnud of\"", "-refund invoice"] {
        assert_eq!(found(&sarah, query), Vec::<String>::new(), "{query}");
    }
    assert_eq!(search(&sarah, "refund").body["meta"]["typos"], false);
}

#[test]
fn a_subject_outweighs_a_text_an_address_outweighs_all_and_the_newer_comes_first() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let talk = |subject: &str, body: &str, email: &str| {
        desk.advance(HOUR);
        sarah.conversation(json!({"subject": subject, "message": {"body": body}, "contact": {"email": email}}));
    };
    talk("Export stops", "It stops.", "one@example.com");
    talk("Something else", "The export stops, and more is said here of other things.", "two@example.com");
    talk("Export stops", "It stops.", "three@example.com");
    assert_eq!(found(&sarah, "export"), ["conv_003", "conv_001", "conv_002"]);
    sarah.message("conv_001", "note", "Ask two@example.com about two@example.com, two at example com.");
    let answer = search(&sarah, "two@example.com");
    assert_eq!(crate::search::ids_in(&answer, "contacts"), ["contact_002"]);
    assert_eq!(crate::search::ids_in(&answer, "conversations"), ["conv_002", "conv_001"]);
}

#[test]
fn no_text_is_an_error_and_none_takes_long() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    let long = "word ".repeat(2_000);
    let wild = "*".repeat(1_000);
    let starred = "a* ".repeat(1_000);
    let one = "x".repeat(10_000);
    let quotes = "\"".repeat(999);
    let minus = "-".repeat(500) + "a";
    let controls: String = (1..32).filter_map(char::from_u32).collect();
    let queries = [
        long.as_str(),
        &wild,
        &starred,
        &one,
        &quotes,
        &minus,
        &controls,
        "AND OR NOT",
        "a:b:c:d",
        "status:status:open",
        "\u{202e}مرحبا\u{2066}",
        "🦀🦀",
        "\u{0}",
        "' OR 1=1 --",
        "%",
        "_",
        "\\",
        "tag:\"",
        "from:",
        "-from:",
        "-\"",
        "\u{feff}x",
        "ﷺ",
    ];
    for query in queries {
        search(&sarah, query).expect(200);
    }
    assert_eq!(search(&sarah, &long).body["meta"]["shortened"], true);
    let bytes = sarah.get("/v1/search?q=%ff%fe%00").expect(200);
    assert_eq!(bytes.body["meta"]["total_results"], 0);
}
