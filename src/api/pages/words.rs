//! What the pages say, in each language. A sentence that is missing in one does not compile.

use crate::desk::profile::Language;
use crate::types::error::Error;
use crate::types::error::Rule;
use actix_web::HttpRequest;
use actix_web::http::header::AcceptLanguage;
use actix_web::http::header::Header;
use actix_web::http::header::Preference;

/// What the pages say in one language.
pub struct Words {
    /// For `<html lang>`.
    pub language: Language,
    /// What a page of the inbox shows where scripts are off.
    pub needs_scripts: &'static str,
    /// Signing in.
    pub sign_in: SignInWords,
    /// The first admin.
    pub setup: SetupWords,
    /// Setting a password by link.
    pub invitation: InvitationWords,
    /// What can be wrong with a field.
    pub field: FieldWords,
    /// What can be wrong with a request.
    pub fault: FaultWords,
    /// The names of fields.
    pub email: &'static str,
    /// A person's name.
    pub name: &'static str,
    /// A password.
    pub password: &'static str,
    /// What a password has to be.
    pub password_hint: &'static str,
}

/// The page for signing in.
pub struct SignInWords {
    /// Its title.
    pub title: &'static str,
    /// Its button.
    pub button: &'static str,
    /// Address or password are wrong: never which.
    pub wrong: &'static str,
    /// In place of the form, where nobody can sign in yet.
    pub nobody_yet: &'static str,
    /// What to do about it.
    pub see_terminal: &'static str,
    /// Who has forgotten the password.
    pub forgotten: &'static str,
}

/// The page that makes the first admin.
pub struct SetupWords {
    /// Its title.
    pub title: &'static str,
    /// What it is for.
    pub lead: &'static str,
    /// The name of the workspace.
    pub workspace: &'static str,
    /// What that is.
    pub workspace_hint: &'static str,
    /// Its button.
    pub button: &'static str,
    /// Another user has the address.
    pub email_taken: &'static str,
    /// The link does not work.
    pub dead: &'static str,
    /// What to do about it.
    pub dead_hint: &'static str,
}

/// The page that sets a password.
pub struct InvitationWords {
    /// Its title.
    pub title: &'static str,
    /// What it is for.
    pub lead: &'static str,
    /// Its button.
    pub button: &'static str,
    /// The link does not work.
    pub dead: &'static str,
    /// What to do about it.
    pub dead_hint: &'static str,
}

/// What can be wrong with a field.
pub struct FieldWords {
    empty: &'static str,
    too_long: &'static str,
    odd: &'static str,
    no_email: &'static str,
}

/// What can be wrong with a request.
pub struct FaultWords {
    /// There is no such page.
    pub not_found: &'static str,
    /// A form from elsewhere.
    pub forbidden: &'static str,
    /// Asked too often; followed by seconds.
    pub too_many: &'static str,
    /// The server can't take it now.
    pub unavailable: &'static str,
    /// A fault of ours.
    pub internal: &'static str,
    /// Anything else.
    pub other: &'static str,
    /// Leads to the first page.
    pub home: &'static str,
}

impl Words {
    /// Those of a language.
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
        }
    }

    /// Those that a browser asks for.
    pub fn for_reader(request: &HttpRequest) -> &'static Self {
        Self::of(asked(request))
    }

    /// What is wrong with a field that holds an address.
    pub fn email_fault(&self, text: &str) -> &'static str {
        if text.trim().is_empty() { self.field.empty } else { self.field.no_email }
    }

    /// What went wrong, where it is told on a page.
    pub fn told(&self, error: &Error) -> String {
        self.told_of(error.code.status(), error.retry_after_s)
    }

    /// The same, of what is known of an answer.
    pub fn told_of(&self, status: u16, retry_after_s: Option<u64>) -> String {
        let fault = &self.fault;
        let sentence = match status {
            404 => fault.not_found,
            403 => fault.forbidden,
            429 => return format!("{} {}", fault.too_many, retry_after_s.unwrap_or(60)),
            503 => fault.unavailable,
            500..=599 => fault.internal,
            _ => fault.other,
        };
        sentence.to_owned()
    }

    /// What is wrong with a field that breaks this rule.
    pub fn fault_of(&self, rule: Rule) -> &'static str {
        match rule {
            Rule::Required | Rule::TooShort => self.field.empty,
            Rule::TooLong => self.field.too_long,
            _ => self.field.odd,
        }
    }
}

/// The first of the languages that a browser asks for that we speak.
fn asked(request: &HttpRequest) -> Language {
    let ranked = AcceptLanguage::parse(request).map(|asked| asked.ranked()).unwrap_or_default();
    let spoken = ranked.iter().find_map(|preference| match preference {
        Preference::Specific(tag) => tag.primary_language().to_ascii_lowercase().parse().ok(),
        Preference::Any => Some(Language::English),
    });
    spoken.unwrap_or(Language::English)
}

static ENGLISH: Words = Words {
    language: Language::English,
    needs_scripts: "The inbox needs JavaScript: please allow it for this page.",
    sign_in: SignInWords {
        title: "Sign in",
        button: "Sign in",
        wrong: "E-mail address and password do not match.",
        nobody_yet: "Nobody can sign in yet",
        see_terminal: "The terminal in which CommFlow was started shows a link that makes the first admin. It works for an \
                       hour; the next start shows a new one.",
        forgotten: "Forgotten your password? An admin can give you a link to set a new one.",
    },
    setup: SetupWords {
        title: "Welcome to CommFlow",
        lead: "Name your workspace, and make yourself its first admin.",
        workspace: "Name of the workspace",
        workspace_hint: "Your company or team.",
        button: "Begin",
        email_taken: "A user has this address already.",
        dead: "This link does not work any more",
        dead_hint: "It works once, for an hour, and only until there is an admin. Start CommFlow again for a new one.",
    },
    invitation: InvitationWords {
        title: "Set your password",
        lead: "Choose a password, and come in.",
        button: "Set password",
        dead: "This link does not work any more",
        dead_hint: "It works once, for three days. Ask an admin of your team for a new one.",
    },
    field: FieldWords {
        empty: "Please fill this in.",
        too_long: "This is too long.",
        odd: "This can't hold line breaks or other control characters.",
        no_email: "This is no e-mail address.",
    },
    fault: FaultWords {
        not_found: "There is no such page.",
        forbidden: "This form came from a page of another site. Please open the page here, and try again.",
        too_many: "Too many attempts. Please wait this many seconds:",
        unavailable: "The server can't take this now. Please try again in a moment.",
        internal: "Something went wrong on our side.",
        other: "The request could not be understood.",
        home: "To the first page",
    },
    email: "E-mail address",
    name: "Your name",
    password: "Password",
    password_hint: "8 to 256 characters.",
};

static GERMAN: Words = Words {
    language: Language::German,
    needs_scripts: "Der Posteingang braucht JavaScript: Bitte erlauben Sie es für diese Seite.",
    sign_in: SignInWords {
        title: "Anmelden",
        button: "Anmelden",
        wrong: "E-Mail-Adresse und Passwort passen nicht zusammen.",
        nobody_yet: "Noch kann sich niemand anmelden",
        see_terminal: "Das Terminal, in dem CommFlow gestartet wurde, zeigt einen Link, mit dem der erste Admin angelegt wird. Er \
                       gilt eine Stunde; der nächste Start zeigt einen neuen.",
        forgotten: "Passwort vergessen? Ein Admin kann Ihnen einen Link geben, mit dem Sie ein neues setzen.",
    },
    setup: SetupWords {
        title: "Willkommen bei CommFlow",
        lead: "Geben Sie Ihrem Arbeitsbereich einen Namen, und werden Sie sein erster Admin.",
        workspace: "Name des Arbeitsbereichs",
        workspace_hint: "Ihre Firma oder Ihr Team.",
        button: "Los geht’s",
        email_taken: "Diese Adresse hat schon jemand.",
        dead: "Dieser Link gilt nicht mehr",
        dead_hint: "Er gilt einmal, eine Stunde lang, und nur solange es keinen Admin gibt. Starten Sie CommFlow neu, um einen neuen zu bekommen.",
    },
    invitation: InvitationWords {
        title: "Passwort setzen",
        lead: "Wählen Sie ein Passwort, und kommen Sie herein.",
        button: "Passwort setzen",
        dead: "Dieser Link gilt nicht mehr",
        dead_hint: "Er gilt einmal, drei Tage lang. Bitten Sie einen Admin Ihres Teams um einen neuen.",
    },
    field: FieldWords {
        empty: "Bitte ausfüllen.",
        too_long: "Das ist zu lang.",
        odd: "Hier sind keine Zeilenumbrüche oder andere Steuerzeichen möglich.",
        no_email: "Das ist keine E-Mail-Adresse.",
    },
    fault: FaultWords {
        not_found: "Diese Seite gibt es nicht.",
        forbidden: "Dieses Formular kam von einer anderen Website. Bitte öffnen Sie die Seite hier, und versuchen Sie es noch einmal.",
        too_many: "Zu viele Versuche. Bitte warten Sie so viele Sekunden:",
        unavailable: "Der Server kann das gerade nicht annehmen. Bitte versuchen Sie es gleich noch einmal.",
        internal: "Bei uns ist etwas schiefgegangen.",
        other: "Die Anfrage war nicht zu verstehen.",
        home: "Zur ersten Seite",
    },
    email: "E-Mail-Adresse",
    name: "Ihr Name",
    password: "Passwort",
    password_hint: "8 bis 256 Zeichen.",
};

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_reader_gets_the_first_language_that_we_speak() {
        for (asked_for, language) in [
            ("", Language::English),
            ("de", Language::German),
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("en-GB,en;q=0.9,de;q=0.8", Language::English),
            ("de;q=0.5,en;q=0.9", Language::English),
            ("fr,de;q=0.3", Language::German),
            ("fr", Language::English),
            ("*", Language::English),
            ("DE", Language::German),
            (";;;,,,q=;de-", Language::English),
        ] {
            let request = TestRequest::default().insert_header(("accept-language", asked_for)).to_http_request();
            assert_eq!(asked(&request), language, "{asked_for}");
        }
        assert_eq!(asked(&TestRequest::default().to_http_request()), Language::English);
    }
}
