//! The HTTP API: one file a resource, each a list of routes and their handlers. What all have in common is in [`border`].
//! A handler's first argument says who may call it; its function in `desk` does the work.

pub mod api_keys;
pub mod assets;
pub mod backup;
pub mod border;
pub mod contacts;
pub mod conversations;
pub mod deliveries;
pub mod demo;
pub mod docs;
pub mod events;
pub mod files;
pub mod health;
pub mod inbox;
pub mod inboxes;
pub mod invitations;
pub mod me;
pub mod messages;
pub mod openapi;
pub mod pages;
pub mod presence;
pub mod reports;
pub mod saved_replies;
pub mod search;
pub mod sessions;
pub mod sla_targets;
pub mod tags;
pub mod teams;
pub mod tickets;
pub mod users;
pub mod views;
pub mod webhooks;
pub mod workspace;

use border::routes::Routes;

/// Every route that the server has.
pub fn routes() -> Routes {
    let mut routes = Routes::default();
    for add in [
        conversations::routes,
        messages::routes,
        presence::routes,
        contacts::routes,
        tickets::routes,
        users::routes,
        me::routes,
        invitations::routes,
        sessions::routes,
        workspace::routes,
        teams::routes,
        tags::routes,
        inboxes::routes,
        sla_targets::routes,
        saved_replies::routes,
        views::routes,
        webhooks::routes,
        deliveries::routes,
        files::routes,
        events::routes,
        search::routes,
        reports::routes,
        api_keys::routes,
        backup::routes,
        demo::routes,
        health::routes,
        openapi::routes,
        docs::routes,
        assets::routes,
        pages::routes,
        inbox::routes,
    ] {
        add(&mut routes);
    }
    routes
}
