"""An intranet that uses the widget: pages with a loud style and strict content policies, on an origin of their own."""
