//! Who may call a route, as values and as types.

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// Keys with the scope `read`.
    Read,
    /// Keys with the scope `write`.
    Write,
    /// Keys with the scope `admin`, of an admin.
    Admin,
}

/// How far a caller must be allowed to go.
pub trait Level: 'static {
    /// Which that is.
    const ACCESS: Access;
}

/// May look.
pub enum Look {}
/// May look and change.
pub enum Change {}
/// May do what only admins may.
pub enum Administer {}

impl Level for Look {
    const ACCESS: Access = Access::Read;
}
impl Level for Change {
    const ACCESS: Access = Access::Write;
}
impl Level for Administer {
    const ACCESS: Access = Access::Admin;
}
