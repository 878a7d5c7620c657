//! The browser half: makes the page that the server has sent come alive. It must never render
//! anything that the server did not.

/// A third of the code of the allocator that comes with the language.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(film_generator::app::App);
}
