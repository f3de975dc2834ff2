//! Closed sets of words (`open`, `urgent`, `email`, …) as enums: one line a word.

/// Defines an enum whose values are words: in JSON, in a query string and in SQLite alike.
#[macro_export]
macro_rules! choice {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $variant_doc:literal])* $variant:ident $word:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $variant_doc])* $variant,)* }
        impl $name {
            /// Every value, in the order of their definition.
            pub const ALL: &[$name] = &[$($name::$variant,)*];
            /// The word for it.
            pub fn as_str(self) -> &'static str { match self { $($name::$variant => $word,)* } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { out.write_str(self.as_str()) }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::types::error::Refused;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok($name::$variant),)*
                    _ => Err($crate::types::error::Refused::new(
                        $crate::types::error::Rule::NotInEnum,
                        format!("must be one of {}", [$(concat!("`", $word, "`")),*].join(", ")),
                    )),
                }
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> { out.serialize_str(self.as_str()) }
        }
        $crate::text_input!($name);
        $crate::described! {
            $name = $crate::types::schema::words([$($word),*])
                .description(Some(concat!($($doc,)* "\n\n", $("- `", $word, "`:", $($variant_doc,)* "\n",)*).trim()));
        }
    };
}

/// Stores a [`choice!`] in SQLite as its word.
#[macro_export]
macro_rules! stored_as_word {
    ($($name:ty),*) => { $(
        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> { Ok(self.as_str().into()) }
        }
        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                value.as_str()?.parse().map_err(|_| rusqlite::types::FromSqlError::InvalidType)
            }
        }
    )* };
}
