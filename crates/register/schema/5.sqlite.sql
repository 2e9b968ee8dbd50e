CREATE TABLE "sent_request" ( "organisation" varchar NOT NULL, "holder" varchar NOT NULL, "key" varchar NOT NULL, "digest" varchar NOT NULL, "at" varchar NOT NULL, CONSTRAINT "pk-sent_request" PRIMARY KEY ("organisation", "holder", "key") );
CREATE INDEX "sent_request_by_time" ON "sent_request" ("organisation", "at");
