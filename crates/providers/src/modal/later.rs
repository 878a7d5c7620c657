//! Results that come later: where a 303 or a job queue says that they will be. An address outside
//! of the endpoint's origin is never accepted, for the proxy token would go there.

use crate::Reply;
use url::Url;

/// The longest address that is stored; Modal repeats the query of the request in it.
const LONGEST: usize = 64 << 10;

/// The address, where it is at the endpoint's origin.
pub fn at_home(endpoint: &Url, address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    (plain && url.origin().is_tuple() && url.origin() == endpoint.origin()).then_some(url)
}

/// Where a 303 sends to, seen from the address that was called. `None` where that is elsewhere.
pub fn redirect(endpoint: &Url, called: &Url, reply: &Reply) -> Option<Url> {
    let location = reply.header("location").filter(|l| l.len() <= LONGEST)?;
    let mut url = at_home(endpoint, called.join(location).ok()?.as_str())?;
    url.set_fragment(None);
    Some(url)
}

/// Where a job queue keeps its result (Modal docs, job processing: `/accept` answers a call id,
/// `/result/{call_id}` the result). `None` for deployments of another form.
pub fn queued(endpoint: &Url, call_id: &str) -> Option<Url> {
    let is_id = call_id.len() <= 128
        && call_id.strip_prefix("fc-").is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric())
        });
    let is_queue = endpoint.path_segments()?.next_back() == Some("accept");
    if !(is_id && is_queue) {
        return None;
    }
    let mut url = endpoint.clone();
    url.set_query(None);
    url.path_segments_mut()
        .ok()?
        .pop()
        .extend(["result", call_id]);
    Some(url)
}
