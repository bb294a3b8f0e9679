"""The course as a website: `make site` lays out its pages, builds them and checks the result."""
