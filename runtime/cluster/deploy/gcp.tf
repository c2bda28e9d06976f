# What Courant needs of Google Cloud: a bucket, a service account that may use it, Pub/Sub
# and Batch, and a job that looks after runs that nobody drives. Batch makes machines when
# it has tasks, and topics are made by Courant itself.
#
#   gcloud auth application-default login && terraform init && terraform apply
#
# Written by courant deploy gcp. Run `courant doctor` behind it.

terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.0"
    }
  }
}

provider "google" {
  project = var.project
  region  = var.region
}

variable "name" {
  type        = string
  description = "begins the names of all resources"
}

variable "project" {
  type = string
}

variable "region" {
  type = string
}

variable "image" {
  type        = string
  description = "image of the workers and the function, in an Artifact Registry of the project"
}

variable "bucket" {
  type        = string
  description = "name of the bucket, which is made"
}

variable "store" {
  type        = string
  description = "what courant invert gets as --store"
}

variable "minutes" {
  type        = number
  description = "from one call of the function to the next"
}

variable "drivers" {
  type        = set(string)
  default     = []
  description = "who drives runs, such as user:me@example.org"
}

resource "google_project_service" "used" {
  for_each           = toset(["batch.googleapis.com", "pubsub.googleapis.com", "run.googleapis.com", "cloudscheduler.googleapis.com"])
  service            = each.value
  disable_on_destroy = false
}

# The store

resource "google_storage_bucket" "store" {
  name                        = var.bucket
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
}

# Who may use it

resource "google_service_account" "worker" {
  account_id   = "${var.name}-worker"
  display_name = "Courant: workers and the function"
}

locals {
  members = setunion(var.drivers, [google_service_account.worker.member])
  rights = {
    for pair in setproduct(local.members, ["roles/pubsub.editor", "roles/batch.jobsEditor"]) : "${pair[0]} ${pair[1]}" => {
      member = pair[0]
      role   = pair[1]
    }
  }
}

resource "google_storage_bucket_iam_member" "objects" {
  for_each = local.members
  bucket   = google_storage_bucket.store.name
  role     = "roles/storage.objectUser"
  member   = each.value
}

resource "google_project_iam_member" "run" {
  for_each = local.rights
  project  = var.project
  role     = each.value.role
  member   = each.value.member
}

# Whoever submits a task has to be allowed to let it be the worker.
resource "google_service_account_iam_member" "worker" {
  for_each           = local.members
  service_account_id = google_service_account.worker.name
  role               = "roles/iam.serviceAccountUser"
  member             = each.value
}

# Machines of Batch tell how they are.
resource "google_project_iam_member" "machine" {
  for_each = toset(["roles/batch.agentReporter", "roles/logging.logWriter", "roles/artifactregistry.reader"])
  project  = var.project
  role     = each.value
  member   = google_service_account.worker.member
}

# The function

resource "google_cloud_run_v2_job" "function" {
  name                = "${var.name}-function"
  location            = var.region
  deletion_protection = false
  template {
    template {
      service_account = google_service_account.worker.email
      timeout         = "600s"
      max_retries     = 0
      containers {
        image   = var.image
        command = ["courant"]
        args    = ["function", "--all", var.store]
        resources {
          limits = {
            cpu    = "1"
            memory = "2Gi"
          }
        }
      }
    }
  }
  depends_on = [google_project_service.used]
}

resource "google_service_account" "timer" {
  account_id   = "${var.name}-timer"
  display_name = "Courant: calls the function"
}

resource "google_cloud_run_v2_job_iam_member" "timer" {
  name     = google_cloud_run_v2_job.function.name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.timer.member
}

resource "google_cloud_scheduler_job" "timer" {
  name     = "${var.name}-timer"
  region   = var.region
  schedule = "*/${var.minutes} * * * *"
  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/${google_cloud_run_v2_job.function.id}:run"
    oauth_token {
      service_account_email = google_service_account.timer.email
    }
  }
}

output "flags" {
  description = "what courant invert gets"
  value       = "--store ${var.store} --queue pubsub://${var.project}/${var.name}"
}

output "worker" {
  description = "the service account of the workers"
  value       = google_service_account.worker.email
}
