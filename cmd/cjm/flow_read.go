package main

// openEvents opens files of events, to be read as the flags say.
func openEvents(env *environment, files []string, read *readFlags, journeys *journeyFlags) (*input, error) {
	columns := parseColumns(read.Columns)
	if err := columns.check(events); err != nil {
		return nil, err
	}
	sources, err := newSources(env.ctx, files, env.stdin)
	if err != nil {
		return nil, err
	}
	in := &input{kind: events, sources: sources, badRows: read.badRows(), parallel: read.Parallel}
	if err := refuseComma(env.given, sources); err != nil {
		in.close()
		return nil, err
	}
	if in.reader, err = newEventReader(read, journeys, columns); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}
