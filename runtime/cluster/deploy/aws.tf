# What Courant needs of AWS: a bucket, spot machines behind a job queue of AWS Batch, a
# role for workers, and a function that looks after runs that nobody drives. Queues of SQS
# are made and removed by Courant itself. Machines are paid while they compute; the bucket,
# its objects and the function's calls cost little otherwise.
#
#   terraform init && terraform apply
#
# Written by courant deploy aws. Run `courant doctor` behind it.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "name" {
  type        = string
  description = "begins the names of all resources"
}

variable "region" {
  type = string
}

variable "image" {
  type        = string
  description = "image of the workers and the function, in a repository of ECR in this account and region"
}

variable "bucket" {
  type        = string
  description = "name of the bucket, which is made"
}

variable "prefix" {
  type        = string
  description = "of the keys in the bucket; may be empty"
}

variable "store" {
  type        = string
  description = "what courant invert gets as --store"
}

variable "minutes" {
  type        = number
  description = "from one call of the function to the next"
}

variable "instance_types" {
  type        = list(string)
  default     = ["c7i", "c7a", "m7i", "m7a"]
  description = "all have AVX2 or AVX-512, which the kernels of an image are for"
}

variable "most_cores" {
  type        = number
  default     = 256
  description = "hardware threads at work at the same time, which bounds what an hour costs"
}

data "aws_caller_identity" "this" {}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

locals {
  objects = var.prefix == "" ? "${aws_s3_bucket.store.arn}/*" : "${aws_s3_bucket.store.arn}/${var.prefix}/*"
  here    = "${var.region}:${data.aws_caller_identity.this.account_id}"
}

# The store

resource "aws_s3_bucket" "store" {
  bucket = var.bucket
}

resource "aws_s3_bucket_public_access_block" "store" {
  bucket                  = aws_s3_bucket.store.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Machines

data "aws_iam_policy_document" "ec2" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "machine" {
  name               = "${var.name}-machine"
  assume_role_policy = data.aws_iam_policy_document.ec2.json
}

resource "aws_iam_role_policy_attachment" "machine" {
  role       = aws_iam_role.machine.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
}

resource "aws_iam_instance_profile" "machine" {
  name = "${var.name}-machine"
  role = aws_iam_role.machine.name
}

resource "aws_security_group" "machine" {
  name        = "${var.name}-machine"
  description = "Courant: out to everywhere, in from nowhere"
  vpc_id      = data.aws_vpc.default.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_batch_compute_environment" "spot" {
  name  = "${var.name}-spot"
  type  = "MANAGED"
  state = "ENABLED"
  compute_resources {
    type                = "SPOT"
    allocation_strategy = "SPOT_PRICE_CAPACITY_OPTIMIZED"
    min_vcpus           = 0
    max_vcpus           = var.most_cores
    instance_type       = var.instance_types
    instance_role       = aws_iam_instance_profile.machine.arn
    security_group_ids  = [aws_security_group.machine.id]
    subnets             = data.aws_subnets.default.ids
  }
  depends_on = [aws_iam_role_policy_attachment.machine]
}

resource "aws_batch_job_queue" "spot" {
  name     = "${var.name}-spot"
  state    = "ENABLED"
  priority = 1
  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.spot.arn
  }
}

# Rights: those of docs/clouds.md and docs/aws.md

data "aws_iam_policy_document" "run" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.store.arn]
  }
  statement {
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = [local.objects]
  }
  statement {
    actions   = ["sqs:ListQueues"]
    resources = ["*"]
  }
  statement {
    actions = [
      "sqs:CreateQueue", "sqs:DeleteQueue", "sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SendMessage",
      "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:TagQueue", "sqs:ListQueueTags",
    ]
    resources = ["arn:aws:sqs:${local.here}:${var.name}-*"]
  }
  statement {
    actions   = ["batch:ListJobs", "batch:DescribeJobs", "batch:DescribeJobDefinitions", "batch:TerminateJob"]
    resources = ["*"]
  }
  statement {
    actions   = ["batch:RegisterJobDefinition", "batch:SubmitJob"]
    resources = ["arn:aws:batch:${local.here}:job-definition/courant-*"]
  }
  statement {
    actions   = ["batch:SubmitJob"]
    resources = [aws_batch_job_queue.spot.arn]
  }
  statement {
    actions   = ["logs:GetLogEvents"]
    resources = ["arn:aws:logs:${local.here}:log-group:/aws/batch/job:*"]
  }
  statement {
    actions   = ["iam:PassRole"]
    resources = ["arn:aws:iam::${data.aws_caller_identity.this.account_id}:role/${var.name}-worker"]
  }
}

resource "aws_iam_policy" "run" {
  name        = "${var.name}-run"
  description = "what whoever drives a run of Courant needs; attach it to users"
  policy      = data.aws_iam_policy_document.run.json
}

data "aws_iam_policy_document" "tasks" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "worker" {
  name               = "${var.name}-worker"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role_policy_attachment" "worker" {
  role       = aws_iam_role.worker.name
  policy_arn = aws_iam_policy.run.arn
}

# The function

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  name               = "${var.name}-function"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

resource "aws_iam_role_policy_attachment" "function" {
  role       = aws_iam_role.function.name
  policy_arn = aws_iam_policy.run.arn
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.function.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "function" {
  function_name = "${var.name}-function"
  role          = aws_iam_role.function.arn
  package_type  = "Image"
  image_uri     = var.image
  timeout       = 600
  memory_size   = 2048
  image_config {
    command = ["courant", "function", "--all", var.store]
  }
  environment {
    variables = {
      HOME = "/tmp"
    }
  }
}

resource "aws_cloudwatch_event_rule" "timer" {
  name                = "${var.name}-timer"
  schedule_expression = "rate(${var.minutes} minutes)"
}

resource "aws_cloudwatch_event_target" "timer" {
  rule = aws_cloudwatch_event_rule.timer.name
  arn  = aws_lambda_function.function.arn
}

resource "aws_lambda_permission" "timer" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.function.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.timer.arn
}

output "flags" {
  description = "what courant invert gets"
  value       = "--store ${var.store} --queue 'sqs://${var.name}?region=${var.region}' --batch 'awsbatch://${aws_batch_job_queue.spot.name}?region=${var.region}&image=${var.image}&job_role=${aws_iam_role.worker.arn}' --attempts 10"
}
