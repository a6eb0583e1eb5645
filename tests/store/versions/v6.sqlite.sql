CREATE TABLE schema_version (
	version INTEGER NOT NULL, 
	since_utc TEXT NOT NULL, 
	CONSTRAINT pk_schema_version PRIMARY KEY (version)
);

CREATE TABLE sessions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	recording TEXT, 
	recording_name TEXT, 
	sha256 TEXT, 
	tracker_version TEXT NOT NULL, 
	logged_utc TEXT NOT NULL, 
	measured_utc TEXT NOT NULL, 
	deleted_utc TEXT, 
	sensor TEXT NOT NULL, 
	exercise TEXT NOT NULL, 
	started_utc TEXT, 
	device_name TEXT, 
	firmware TEXT, 
	origin TEXT NOT NULL, 
	head TEXT NOT NULL, 
	path TEXT NOT NULL, 
	source_kind TEXT NOT NULL, 
	counted_as TEXT DEFAULT '' NOT NULL, 
	rate_hz DOUBLE, 
	duration_s DOUBLE, 
	samples BIGINT NOT NULL, 
	note TEXT NOT NULL, 
	advice TEXT, 
	at_utc TEXT NOT NULL, 
	shown_exercise TEXT NOT NULL, 
	shown_note TEXT NOT NULL, 
	sets_done INTEGER NOT NULL, 
	reps_done INTEGER NOT NULL, 
	reps_measured INTEGER NOT NULL, 
	load_kg DOUBLE, 
	volume_kg DOUBLE, 
	rom_deg DOUBLE, 
	mean_velocity_mps DOUBLE, 
	lockout_s DOUBLE, 
	pain_before INTEGER, 
	pain_after INTEGER, 
	pain_worst INTEGER, 
	pain_next_morning INTEGER, 
	edited BOOLEAN NOT NULL, 
	CONSTRAINT uq_sessions_sha256 UNIQUE (sha256)
);

CREATE INDEX ix_sessions_recording_name ON sessions (recording_name);

CREATE INDEX ix_sessions_at_utc_id ON sessions (at_utc, id);

CREATE TABLE purged (
	sha256 TEXT NOT NULL, 
	purged_utc TEXT NOT NULL, 
	CONSTRAINT pk_purged PRIMARY KEY (sha256)
);

CREATE TABLE asked (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at_utc TEXT NOT NULL, 
	whom TEXT NOT NULL
);

CREATE TABLE sets (
	session_id INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	start_s DOUBLE NOT NULL, 
	end_s DOUBLE NOT NULL, 
	counted INTEGER NOT NULL, 
	ended BOOLEAN NOT NULL, 
	"plan" TEXT NOT NULL, 
	load_kg DOUBLE, 
	rpe DOUBLE, 
	note TEXT NOT NULL, 
	reps_by INTEGER NOT NULL, 
	reps INTEGER, 
	warm_up BOOLEAN, 
	side TEXT, 
	exercise TEXT, 
	count_confidence DOUBLE, 
	CONSTRAINT pk_sets PRIMARY KEY (session_id, place), 
	CONSTRAINT fk_sets_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
)
 WITHOUT ROWID;

CREATE TABLE reps (
	session_id INTEGER NOT NULL, 
	set_place INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	start_s DOUBLE NOT NULL, 
	end_s DOUBLE NOT NULL, 
	complete BOOLEAN NOT NULL, 
	rom_deg DOUBLE, 
	top_deg DOUBLE, 
	rise_m DOUBLE, 
	mean_velocity_mps DOUBLE, 
	peak_velocity_mps DOUBLE, 
	tilt_deg DOUBLE, 
	flags TEXT NOT NULL, 
	bottom_s DOUBLE, 
	gyroscope BOOLEAN DEFAULT true NOT NULL, 
	confidence DOUBLE, 
	confidence_reason TEXT, 
	CONSTRAINT pk_reps PRIMARY KEY (session_id, set_place, place), 
	CONSTRAINT fk_reps_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
)
 WITHOUT ROWID;

CREATE TABLE phases (
	session_id INTEGER NOT NULL, 
	set_place INTEGER NOT NULL, 
	rep_place INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	phase TEXT NOT NULL, 
	start_s DOUBLE NOT NULL, 
	end_s DOUBLE NOT NULL, 
	whole BOOLEAN DEFAULT true NOT NULL, 
	CONSTRAINT pk_phases PRIMARY KEY (session_id, set_place, rep_place, place), 
	CONSTRAINT fk_phases_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
)
 WITHOUT ROWID;

CREATE TABLE gaps (
	session_id INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	start_s DOUBLE NOT NULL, 
	end_s DOUBLE NOT NULL, 
	CONSTRAINT pk_gaps PRIMARY KEY (session_id, place), 
	CONSTRAINT fk_gaps_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE TABLE faults (
	session_id INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	times BIGINT NOT NULL, 
	CONSTRAINT pk_faults PRIMARY KEY (session_id, reason), 
	CONSTRAINT fk_faults_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE TABLE pain (
	session_id INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	score INTEGER NOT NULL, 
	moment TEXT NOT NULL, 
	set_number INTEGER, 
	CONSTRAINT pk_pain PRIMARY KEY (session_id, place), 
	CONSTRAINT fk_pain_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE TABLE timed (
	session_id INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	activity TEXT NOT NULL, 
	start_s DOUBLE NOT NULL, 
	duration_s DOUBLE NOT NULL, 
	side TEXT, 
	warm_up BOOLEAN NOT NULL, 
	CONSTRAINT pk_timed PRIMARY KEY (session_id, place), 
	CONSTRAINT fk_timed_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE TABLE calibrations (
	session_id INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	at_s DOUBLE NOT NULL, 
	kind TEXT NOT NULL, 
	wander_deg DOUBLE, 
	way TEXT, 
	range_deg DOUBLE, 
	reason TEXT, 
	CONSTRAINT pk_calibrations PRIMARY KEY (session_id, place), 
	CONSTRAINT fk_calibrations_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE TABLE edits (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	session_id INTEGER NOT NULL, 
	change INTEGER NOT NULL, 
	field TEXT NOT NULL, 
	value TEXT NOT NULL, 
	set_number INTEGER, 
	set_start_s DOUBLE, 
	set_end_s DOUBLE, 
	made_utc TEXT NOT NULL, 
	undone_utc TEXT, 
	CONSTRAINT ck_edits_whole_set CHECK ((set_number IS NULL) = (set_start_s IS NULL)), 
	CONSTRAINT fk_edits_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE INDEX ix_edits_session_id ON edits (session_id);

CREATE TABLE pushes (
	session_id INTEGER NOT NULL, 
	target TEXT NOT NULL, 
	place TEXT NOT NULL, 
	state TEXT NOT NULL, 
	remote_id TEXT, 
	revision TEXT, 
	problem TEXT, 
	at_utc TEXT NOT NULL, 
	CONSTRAINT pk_pushes PRIMARY KEY (session_id, target), 
	CONSTRAINT fk_pushes_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);

INSERT INTO schema_version (version, since_utc) VALUES (6, '2026-03-01T12:00:00+00:00');

INSERT INTO sessions (id, recording, recording_name, sha256, tracker_version, logged_utc, measured_utc, deleted_utc, sensor, exercise, started_utc, device_name, firmware, origin, head, path, source_kind, counted_as, rate_hz, duration_s, samples, note, advice, at_utc, shown_exercise, shown_note, sets_done, reps_done, reps_measured, load_kg, volume_kg, rom_deg, mean_velocity_mps, lockout_s, pain_before, pain_after, pain_worst, pain_next_morning, edited) VALUES (1, '/r/it''s.arrows', 'it''s.arrows', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '0.1.0', '2026-03-01T12:00:00.000000+00:00', '2026-03-01T12:00:00.000000+00:00', NULL, 'profile', 'hip_thrust', '2026-02-10T18:00:00+00:00', NULL, '1.2', 'live', '{"settings": null, "second_sensor": null, "second_device_name": null, "second_settings": null, "note": ""}', '/r/a.arrows', 'profile', 'hip_thrust', 100.0, 120.0, 12000, 'stiff', NULL, '2026-02-10T18:00:00.000000+00:00', 'hip_thrust', '50 % of it', 2, 10, 9, 70.0, 640.0, 40.0, 0.3, 1.0, 2, 4, 4, NULL, 1);

INSERT INTO sessions (id, recording, recording_name, sha256, tracker_version, logged_utc, measured_utc, deleted_utc, sensor, exercise, started_utc, device_name, firmware, origin, head, path, source_kind, counted_as, rate_hz, duration_s, samples, note, advice, at_utc, shown_exercise, shown_note, sets_done, reps_done, reps_measured, load_kg, volume_kg, rom_deg, mean_velocity_mps, lockout_s, pain_before, pain_after, pain_worst, pain_next_morning, edited) VALUES (2, NULL, NULL, NULL, '0.1.0', '2026-03-01T12:00:00.000000+00:00', '2026-03-01T12:00:00.000000+00:00', '2026-03-01T12:00:00.000000+00:00', 'profile', 'hip_thrust', '2026-02-10T18:00:00+00:00', NULL, '1.2', 'live', '{"settings": null, "second_sensor": null, "second_device_name": null, "second_settings": null, "note": ""}', '/r/a.arrows', 'profile', 'hip_thrust', 100.0, 120.0, 12000, 'stiff', NULL, '2026-02-10T18:00:00.000000+00:00', 'hip_thrust', 'stiff', 2, 9, 9, 70.0, 580.0, 40.0, 0.3, 1.0, 2, 4, 4, NULL, 0);

INSERT INTO calibrations (session_id, place, at_s, kind, wander_deg, way, range_deg, reason) VALUES (1, 0, 4.0, 'failed', NULL, NULL, NULL, 'not still');

INSERT INTO calibrations (session_id, place, at_s, kind, wander_deg, way, range_deg, reason) VALUES (1, 1, 8.0, 'calibrated', 0.4, 'hold', NULL, NULL);

INSERT INTO calibrations (session_id, place, at_s, kind, wander_deg, way, range_deg, reason) VALUES (1, 2, 62.0, 'lost', NULL, NULL, NULL, 'the strap slipped');

INSERT INTO calibrations (session_id, place, at_s, kind, wander_deg, way, range_deg, reason) VALUES (2, 0, 4.0, 'failed', NULL, NULL, NULL, 'not still');

INSERT INTO calibrations (session_id, place, at_s, kind, wander_deg, way, range_deg, reason) VALUES (2, 1, 8.0, 'calibrated', 0.4, 'hold', NULL, NULL);

INSERT INTO calibrations (session_id, place, at_s, kind, wander_deg, way, range_deg, reason) VALUES (2, 2, 62.0, 'lost', NULL, NULL, NULL, 'the strap slipped');

INSERT INTO edits (id, session_id, change, field, value, set_number, set_start_s, set_end_s, made_utc, undone_utc) VALUES (1, 1, 1, 'reps', '6', 1, 10.0, 29.0, '2026-03-01T12:00:00.000000+00:00', NULL);

INSERT INTO edits (id, session_id, change, field, value, set_number, set_start_s, set_end_s, made_utc, undone_utc) VALUES (2, 1, 1, 'note', '"50 % of it"', NULL, NULL, NULL, '2026-03-01T12:00:00.000000+00:00', NULL);

INSERT INTO edits (id, session_id, change, field, value, set_number, set_start_s, set_end_s, made_utc, undone_utc) VALUES (3, 1, 2, 'exercise', '"glute_bridge"', NULL, NULL, NULL, '2026-03-01T12:00:00.000000+00:00', '2026-03-01T12:00:00.000000+00:00');

INSERT INTO faults (session_id, reason, times) VALUES (1, 'lost', 3);

INSERT INTO faults (session_id, reason, times) VALUES (1, 'clock', 1);

INSERT INTO faults (session_id, reason, times) VALUES (2, 'lost', 3);

INSERT INTO faults (session_id, reason, times) VALUES (2, 'clock', 1);

INSERT INTO gaps (session_id, place, start_s, end_s) VALUES (1, 0, 31.0, 31.6);

INSERT INTO gaps (session_id, place, start_s, end_s) VALUES (2, 0, 31.0, 31.6);

INSERT INTO pain (session_id, place, score, moment, set_number) VALUES (1, 0, 2, 'before', NULL);

INSERT INTO pain (session_id, place, score, moment, set_number) VALUES (1, 1, 4, 'after', 2);

INSERT INTO pain (session_id, place, score, moment, set_number) VALUES (2, 0, 2, 'before', NULL);

INSERT INTO pain (session_id, place, score, moment, set_number) VALUES (2, 1, 4, 'after', 2);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 0, 0, 'concentric', 10.0, 11.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 0, 1, 'lockout', 11.0, 12.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 0, 2, 'eccentric', 12.0, 13.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 1, 0, 'concentric', 14.0, 15.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 1, 1, 'lockout', 15.0, 16.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 1, 2, 'eccentric', 16.0, 17.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 2, 0, 'concentric', 18.0, 19.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 2, 1, 'lockout', 19.0, 20.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 2, 2, 'eccentric', 20.0, 21.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 3, 0, 'concentric', 22.0, 23.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 3, 1, 'lockout', 23.0, 24.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 3, 2, 'eccentric', 24.0, 25.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 4, 0, 'concentric', 26.0, 27.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 4, 1, 'lockout', 27.0, 28.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 0, 4, 2, 'eccentric', 28.0, 29.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 0, 0, 'concentric', 60.0, 61.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 0, 1, 'lockout', 61.0, 62.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 0, 2, 'eccentric', 62.0, 63.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 1, 0, 'concentric', 64.0, 65.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 1, 1, 'lockout', 65.0, 66.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 1, 2, 'eccentric', 66.0, 67.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 2, 0, 'concentric', 68.0, 69.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 2, 1, 'lockout', 69.0, 70.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 2, 2, 'eccentric', 70.0, 71.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 3, 0, 'concentric', 72.0, 73.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 3, 1, 'lockout', 73.0, 74.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (1, 1, 3, 2, 'eccentric', 74.0, 75.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 0, 0, 'concentric', 10.0, 11.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 0, 1, 'lockout', 11.0, 12.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 0, 2, 'eccentric', 12.0, 13.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 1, 0, 'concentric', 14.0, 15.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 1, 1, 'lockout', 15.0, 16.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 1, 2, 'eccentric', 16.0, 17.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 2, 0, 'concentric', 18.0, 19.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 2, 1, 'lockout', 19.0, 20.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 2, 2, 'eccentric', 20.0, 21.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 3, 0, 'concentric', 22.0, 23.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 3, 1, 'lockout', 23.0, 24.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 3, 2, 'eccentric', 24.0, 25.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 4, 0, 'concentric', 26.0, 27.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 4, 1, 'lockout', 27.0, 28.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 0, 4, 2, 'eccentric', 28.0, 29.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 0, 0, 'concentric', 60.0, 61.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 0, 1, 'lockout', 61.0, 62.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 0, 2, 'eccentric', 62.0, 63.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 1, 0, 'concentric', 64.0, 65.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 1, 1, 'lockout', 65.0, 66.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 1, 2, 'eccentric', 66.0, 67.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 2, 0, 'concentric', 68.0, 69.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 2, 1, 'lockout', 69.0, 70.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 2, 2, 'eccentric', 70.0, 71.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 3, 0, 'concentric', 72.0, 73.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 3, 1, 'lockout', 73.0, 74.0, 1);

INSERT INTO phases (session_id, set_place, rep_place, place, phase, start_s, end_s, whole) VALUES (2, 1, 3, 2, 'eccentric', 74.0, 75.0, 1);

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (1, 0, 0, 1, 10.0, 13.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (1, 0, 1, 2, 14.0, 17.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (1, 0, 2, 3, 18.0, 21.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (1, 0, 3, 4, 22.0, 25.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (1, 0, 4, 5, 26.0, 29.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (1, 1, 0, 1, 60.0, 63.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (1, 1, 1, 2, 64.0, 67.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (1, 1, 2, 3, 68.0, 71.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (1, 1, 3, 4, 72.0, 75.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (2, 0, 0, 1, 10.0, 13.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (2, 0, 1, 2, 14.0, 17.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (2, 0, 2, 3, 18.0, 21.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (2, 0, 3, 4, 22.0, 25.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (2, 0, 4, 5, 26.0, 29.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (2, 1, 0, 1, 60.0, 63.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (2, 1, 1, 2, 64.0, 67.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (2, 1, 2, 3, 68.0, 71.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO reps (session_id, set_place, place, number, start_s, end_s, complete, rom_deg, top_deg, rise_m, mean_velocity_mps, peak_velocity_mps, tilt_deg, flags, bottom_s, gyroscope, confidence, confidence_reason) VALUES (2, 1, 3, 4, 72.0, 75.0, 1, 40.0, NULL, 0.3, 0.3, 0.6, NULL, 'short_of_lockout sagged', NULL, 1, 0.9, 'coherence');

INSERT INTO sets (session_id, place, number, start_s, end_s, counted, ended, "plan", load_kg, rpe, note, reps_by, reps, warm_up, side, exercise, count_confidence) VALUES (1, 0, 1, 10.0, 29.0, 5, 1, '{"load_kg": 60.0, "tempo": [3.0, 0.0, null, 2.25], "rest_s": 90.0, "keep_tension": false, "breathing": false}', NULL, NULL, '', 0, NULL, NULL, NULL, NULL, NULL);

INSERT INTO sets (session_id, place, number, start_s, end_s, counted, ended, "plan", load_kg, rpe, note, reps_by, reps, warm_up, side, exercise, count_confidence) VALUES (1, 1, 2, 60.0, 75.0, 4, 1, '{"load_kg": 60.0, "tempo": [3.0, 0.0, null, 2.25], "rest_s": 90.0, "keep_tension": false, "breathing": false}', 70.0, 8.5, '', 0, NULL, NULL, NULL, NULL, NULL);

INSERT INTO sets (session_id, place, number, start_s, end_s, counted, ended, "plan", load_kg, rpe, note, reps_by, reps, warm_up, side, exercise, count_confidence) VALUES (2, 0, 1, 10.0, 29.0, 5, 1, '{"load_kg": 60.0, "tempo": [3.0, 0.0, null, 2.25], "rest_s": 90.0, "keep_tension": false, "breathing": false}', NULL, NULL, '', 0, NULL, NULL, NULL, NULL, NULL);

INSERT INTO sets (session_id, place, number, start_s, end_s, counted, ended, "plan", load_kg, rpe, note, reps_by, reps, warm_up, side, exercise, count_confidence) VALUES (2, 1, 2, 60.0, 75.0, 4, 1, '{"load_kg": 60.0, "tempo": [3.0, 0.0, null, 2.25], "rest_s": 90.0, "keep_tension": false, "breathing": false}', 70.0, 8.5, '', 0, NULL, NULL, NULL, NULL, NULL);
