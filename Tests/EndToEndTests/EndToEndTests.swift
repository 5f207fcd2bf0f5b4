import Testing

/// The real server, spoken to from outside; one test at a time, since each starts servers.
@Suite(.serialized, .timeLimit(.minutes(10))) struct EndToEndTests {}
