ALTER TABLE "exception" ADD COLUMN "refused_by" varchar;
