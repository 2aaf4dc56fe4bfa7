"""Where the sandbox Lambda lives on AWS: subnets with no way out but S3's gateway endpoint (no cost)."""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct


class IsolatedNetwork(Construct):
    """`vpc` with isolated subnets only."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="sandbox", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=26)
            ],
            gateway_endpoints={"S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
            # The default security group is never used; restricting it would bring a custom resource.
            restrict_default_security_group=False,
        )
