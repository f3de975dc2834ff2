//! What stands around every small page: one centred card, which works without any script.

use crate::api::border::assets;
use crate::api::pages::words::Words;
use maud::DOCTYPE;
use maud::Markup;
use maud::html;

/// The script of the inbox.
pub const INBOX_SCRIPT: &str = "inbox/main.js";

/// The scripts of the inbox, for a browser to fetch before they are run: with the inbox, or while somebody is still at the door.
pub fn inbox_ahead(words: &Words) -> Markup {
    let version = assets::version();
    html! {
        // The script would ask for the words once it runs.
        @for name in [INBOX_SCRIPT, &format!("inbox/words/{}.js", words.language)] {
            link rel="modulepreload" href=(assets::path(&version, name));
        }
    }
}

/// A field of a form.
pub struct Field<'a> {
    /// Its name in the form.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// `text`, `email` or `password`.
    pub kind: &'static str,
    /// What a browser may fill in.
    pub autocomplete: &'static str,
    /// What was typed before.
    pub value: &'a str,
    /// What it has to be.
    pub hint: Option<&'static str>,
    /// What is wrong with it.
    pub fault: Option<&'static str>,
}

impl Field<'_> {
    /// Label, field, hint and fault.
    pub fn show(&self) -> Markup {
        let about = [(self.hint, "hint"), (self.fault, "fault")];
        let ids: Vec<String> =
            about.iter().filter(|(text, _)| text.is_some()).map(|(_, kind)| format!("{}-{kind}", self.name)).collect();
        let described_by = (!ids.is_empty()).then(|| ids.join(" "));
        html! {
            div.field {
                label for=(self.name) { (self.label) }
                input #(self.name) name=(self.name) type=(self.kind) value=(self.value) autocomplete=(self.autocomplete) required
                    aria-invalid=[self.fault.map(|_| "true")] aria-describedby=[described_by];
                @if let Some(fault) = self.fault { p.fault id={ (self.name) "-fault" } { (fault) } }
                @if let Some(hint) = self.hint { p.hint id={ (self.name) "-hint" } { (hint) } }
            }
        }
    }
}

/// The field for the address that a person signs in with.
pub fn email<'a>(words: &Words, value: &'a str, fault: Option<&'static str>) -> Field<'a> {
    Field { name: "email", label: words.email, kind: "email", autocomplete: "username", value, hint: None, fault }
}

/// The field for a new password.
pub fn new_password(words: &Words, fault: Option<&'static str>) -> Field<'static> {
    Field {
        name: "password",
        label: words.password,
        kind: "password",
        autocomplete: "new-password",
        value: "",
        // The fault says the same.
        hint: fault.is_none().then_some(words.password_hint),
        fault,
    }
}

/// The whole page around this content; `workspace` is what the team calls it.
pub fn card(words: &Words, workspace: &str, title: &str, content: &Markup) -> Markup {
    let asset = |name: &str| assets::path(&assets::version(), name);
    html! {
        (DOCTYPE)
        html lang=(words.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " · " (workspace) }
                link rel="icon" type="image/svg+xml" href=(asset("docs/icon.svg"));
                link rel="stylesheet" href=(asset("pages/pages.css"));
            }
            body {
                main {
                    p.brand { (workspace) }
                    h1 { (title) }
                    (content)
                }
            }
        }
    }
}

/// What went wrong with the whole form.
pub fn alert(text: &str) -> Markup {
    html! { p.alert role="alert" { (text) } }
}
