//! The rest of a body that nobody reads. Actix reads on after a chunked body that was dropped, without end or deadline, so
//! that the connection can be used again. While somebody still holds the body, it closes the connection instead.

use actix_web::HttpMessage;
use actix_web::HttpResponse;
use actix_web::body::BodySize;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::dev::Payload;
use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::StreamExt;
use futures_util::stream::poll_fn;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Context;
use std::task::Poll;

/// A request's body, held until its answer is out.
pub struct Unread(Option<Rc<RefCell<Payload>>>);

impl Unread {
    /// Holds the body of a request, if it is one whose end is not known.
    pub fn hold(request: &mut ServiceRequest) -> Self {
        if !request.headers().contains_key(header::TRANSFER_ENCODING) {
            return Self(None);
        }
        let held = Rc::new(RefCell::new(request.take_payload()));
        let shared = held.clone();
        let payload = Box::pin(poll_fn(move |context| shared.borrow_mut().poll_next_unpin(context)));
        request.set_payload(Payload::Stream { payload });
        Self(Some(held))
    }

    /// The answer, which lets go of the body once it is out.
    pub fn until_sent(self, response: HttpResponse) -> HttpResponse {
        match self.0 {
            Some(payload) => response.map_body(|_, body| BoxBody::new(Holding { body, _payload: payload })),
            None => response,
        }
    }
}

struct Holding {
    body: BoxBody,
    _payload: Rc<RefCell<Payload>>,
}

impl MessageBody for Holding {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
